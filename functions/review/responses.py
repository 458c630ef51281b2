"""Responses about cases, appeals and audit chains, for reviewers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from staydown.config.report_form import ReportQuestion
from staydown.domain.bank.entry import BankEntry, SupportSource
from staydown.domain.bank.match import Match
from staydown.domain.cases.appeals import BlockAppeal, MatchAppeal
from staydown.domain.cases.case import Case
from staydown.domain.cases.reports import Report, count_distinct_reporters
from staydown.domain.uploads.upload import Upload
from staydown.services.appeals.decide_appeal import AppealView
from staydown.services.records.read_audit import VerifiedChain
from staydown.services.retention.legal_hold import LegalHoldReason
from staydown.services.review.view_case import CaseView

from functions.review import (
    appeal_models,
    audit_models,
    case_models,
    preservation_models,
    second_opinion_models,
)


def queued_case_response(
    case: Case, reviewer: str, now: datetime, set_aside_until: datetime | None = None
) -> case_models.QueuedCase:
    return case_models.QueuedCase(
        case_id=case.case_id,
        state=case.state,
        origin=case.origin,
        opened_at=case.opened_at,
        deadline=case.deadline,
        uploads=len(case.uploads),
        reports=len(case.reports),
        set_aside_until=set_aside_until,
        claimed_until=_claimed_until(case, now),
        claimed_by_you=case.claim is not None and case.claim.reviewer == reviewer,
    )


def case_response(
    view: CaseView, reviewer: str, now: datetime, questions: Sequence[ReportQuestion]
) -> case_models.Case:
    case = view.case
    return case_models.Case(
        case_id=case.case_id,
        state=case.state,
        origin=case.origin,
        opened_at=case.opened_at,
        deadline=case.deadline,
        revision=case.revision,
        claimed_until=_claimed_until(case, now),
        claimed_by_you=case.claim is not None and case.claim.reviewer == reviewer,
        you_took_part=reviewer in case.participants,
        uploads=[_upload_response(upload, view.entries) for upload in view.uploads],
        reports=[_report_response(report, questions) for report in view.reports],
        more_reports=view.remaining_reports,
        one_reporter=len(view.reports) == len(case.reports) and count_distinct_reporters(view.reports) == 1,
        entries=list(case.entries),
        banked=list(case.banked_entries),
        decision=_decision_response(case, reviewer),
        appeal_id=case.oldest_pending_appeal,
        second_opinion=_second_opinion_state(case),
        hold=preservation_response(case, reviewer),
        notes=[
            case_models.CaseNote(by=note.author, by_you=note.author == reviewer, at=note.at, text=note.text)
            for note in case.notes
        ],
        others_reading=[
            case_models.ActiveReviewer(reviewer=presence.reviewer, at=presence.last_seen_at)
            for presence in view.other_viewers
        ],
    )


def preservation_response(case: Case, reviewer: str) -> preservation_models.CasePreservation:
    hold = case.legal_hold
    return preservation_models.CasePreservation(
        case_id=case.case_id,
        held=hold is not None,
        reason=LegalHoldReason(hold.reason) if hold is not None else None,
        since=hold.placed_at if hold is not None else None,
        release_asked=hold is not None and hold.release_requested_by is not None,
        release_asked_by_you=hold is not None and hold.release_requested_by == reviewer,
        erasure_asked=case.erasure_requested_at is not None,
        erasure_waits=case.erasure_needs_approval,
    )


def second_opinion_response(
    case: Case, reviewer: str, now: datetime
) -> second_opinion_models.PendingSecondOpinion:
    assert case.decision is not None
    claim = case.second_opinion.claim if case.second_opinion is not None else None
    claimed_by_viewer = claim is not None and claim.reviewer == reviewer
    return second_opinion_models.PendingSecondOpinion(
        case_id=case.case_id,
        decided_at=case.decision.at,
        claimed_until=claim.expires_at if claim is not None and claim.expires_at > now else None,
        claimed_by_you=claimed_by_viewer,
        for_others=not claimed_by_viewer and reviewer in case.participants | case.recused,
    )


def blind_case_response(
    view: CaseView, questions: Sequence[ReportQuestion]
) -> second_opinion_models.BlindCase:
    claim = view.case.second_opinion.claim if view.case.second_opinion is not None else None
    return second_opinion_models.BlindCase(
        case_id=view.case.case_id,
        origin=view.case.origin,
        opened_at=view.case.opened_at,
        claimed_until=claim.expires_at if claim is not None else None,
        uploads=[_blind_upload_response(upload) for upload in view.uploads],
        reports=[_report_response(report, questions) for report in view.reports],
        more_reports=view.remaining_reports,
    )


def _blind_upload_response(upload: Upload) -> second_opinion_models.BlindUpload:
    image = upload.fingerprint
    return second_opinion_models.BlindUpload(
        upload_id=upload.upload_id,
        received_at=upload.received_at,
        width=image.width if image else None,
        height=image.height if image else None,
        frames=image.frames if image else None,
        quality=image.upright.quality if image else None,
        matches=[
            second_opinion_models.BlindMatch.model_validate(match, from_attributes=True)
            for match in upload.matches
        ],
    )


def _second_opinion_state(case: Case) -> case_models.SecondOpinionState | None:
    if case.second_opinion is None:
        return None
    states = {
        None: case_models.SecondOpinionState.WAITS,
        True: case_models.SecondOpinionState.AGREES,
        False: case_models.SecondOpinionState.DIFFERS,
    }
    return states[case.second_opinion_agrees]


def appeal_response(view: AppealView) -> appeal_models.AppealDetails:
    appeal, block = view.appeal, None
    if isinstance(appeal, BlockAppeal):
        block = appeal_models.AppealedBlock.model_validate(appeal.block, from_attributes=True)
    platform, account_id = appeal.account
    upload_id = appeal.upload_id if isinstance(appeal, MatchAppeal) else None
    return appeal_models.AppealDetails(
        appeal_id=appeal.appeal_id,
        case_id=appeal.case_id,
        block=block,
        party=appeal.party,
        platform=platform,
        account_id=account_id,
        upload_id=upload_id or None,  # empty where it is redacted
        statement=appeal.statement,
        filed_at=appeal.filed_at,
        outcome=appeal.outcome,
        decided_at=appeal.decided_at,
        you_took_part=view.viewer_took_part,
    )


def chain_response(chain: VerifiedChain) -> audit_models.AuditChain:
    return audit_models.AuditChain(
        chain=chain.chain,
        whole=chain.error is None,
        broken=chain.error,
        anchored=chain.anchored_seq,
        records=[
            audit_models.AuditRecord.model_validate(record, from_attributes=True) for record in chain.records
        ],
    )


def _claimed_until(case: Case, now: datetime) -> datetime | None:
    return case.claim.expires_at if case.claim is not None and case.claim.expires_at > now else None


def _upload_response(upload: Upload, entries: Mapping[str, BankEntry]) -> case_models.CaseUpload:
    image = upload.fingerprint
    return case_models.CaseUpload(
        upload_id=upload.upload_id,
        platform=upload.platform,
        account_id=upload.account_id,
        state=upload.state,
        reason=upload.reason,
        received_at=upload.received_at,
        was_published=upload.was_published,
        width=image.width if image else None,
        height=image.height if image else None,
        frames=image.frames if image else None,
        quality=image.upright.quality if image else None,
        matches=[_match_response(match, entries.get(match.entry_id)) for match in upload.matches],
    )


def _match_response(match: Match, entry: BankEntry | None) -> case_models.CaseMatch:
    supports = entry.supports if entry else frozenset()
    overlap = match.alignment
    return case_models.CaseMatch(
        entry_id=match.entry_id,
        standing=entry.standing if entry else None,
        provenance=sorted({support.source.value for support in supports}),
        distance=match.distance,
        view=match.view,
        exact=match.exact,
        overlap=case_models.MatchAlignment(
            inliers=overlap.inliers, agreeing=overlap.agreeing_tiles, visible=overlap.comparable_tiles
        )
        if overlap
        else None,
        # The references of reports and partners are not for reviewers.
        cases=sorted(support.reference for support in supports if support.source is SupportSource.CASE),
    )


def _report_response(report: Report, questions: Sequence[ReportQuestion]) -> case_models.CaseReport:
    # A question that was removed from the form is shown by its key.
    labels = {question.key: question.label for question in questions}
    return case_models.CaseReport(
        addresses=list(report.locations),
        authority=report.authority,
        filed_at=report.filed_at,
        valid=report.valid_at is not None,
        relation=report.relation,
        statement=report.statement,
        answers=[
            case_models.ReportAnswer(question=labels.get(key, key), answer=answer)
            for key, answer in report.answers.items()
        ],
        withdrawn=report.withdrawn_at is not None,
    )


def _decision_response(case: Case, reviewer: str) -> case_models.CaseDecision | None:
    decision = case.decision
    if decision is None:
        return None
    return case_models.CaseDecision(
        outcome=decision.outcome,
        factors=case_models.DecisionFactors(
            shown=sorted(decision.factors.shown),
            setting=decision.factors.setting,
            complainant=decision.factors.complainant,
        ),
        reasons=decision.reasons,
        at=decision.at,
        by_you=decision.reviewer == reviewer,
        manifestly_unfounded=decision.manifestly_unfounded,
    )

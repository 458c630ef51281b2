"""Cases and chains as reviewers see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from staydown.domain.bank import Entry, Match, Source
from staydown.domain.cases import Case
from staydown.domain.report_form import Question
from staydown.domain.reports import Report, people_behind
from staydown.domain.uploads import Upload
from staydown.services.appeals.decide_appeal import SeenAppeal
from staydown.services.records.read_audit import VerifiedChain
from staydown.services.retention.hold_case import HoldReason
from staydown.services.review.view_case import CaseView

from functions.review import appeal_models, case_models, opinion_models, record_models


def queued_case(
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


def presented_case(
    view: CaseView, reviewer: str, now: datetime, questions: Sequence[Question]
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
        you_took_part=reviewer in case.involved,
        uploads=[_upload(upload, view.entries) for upload in view.uploads],
        reports=[_report(report, questions) for report in view.reports],
        more_reports=view.more_reports,
        one_reporter=len(view.reports) == len(case.reports) and people_behind(view.reports) == 1,
        entries=list(case.entries),
        banked=list(case.banked),
        decision=_decision(case, reviewer),
        appeal_id=case.appeal_id,
        second_opinion=_opinion(case),
        hold=presented_hold(case, reviewer),
        notes=[
            case_models.NoteLeft(by=note.by, by_you=note.by == reviewer, at=note.at, text=note.text)
            for note in case.notes
        ],
        others_reading=[case_models.OtherReader(reviewer=one.reviewer, at=one.at) for one in view.others],
    )


def presented_hold(case: Case, reviewer: str) -> case_models.Held:
    hold = case.hold
    return case_models.Held(
        case_id=case.case_id,
        held=hold is not None,
        reason=HoldReason(hold.reason) if hold is not None else None,
        since=hold.at if hold is not None else None,
        release_asked=hold is not None and hold.release_asked_by is not None,
        release_asked_by_you=hold is not None and hold.release_asked_by == reviewer,
        erasure_asked=case.erasure_asked_at is not None,
        erasure_waits=case.erasure_waits,
    )


def waiting_opinion(case: Case, reviewer: str, now: datetime) -> opinion_models.WaitingOpinion:
    assert case.decision is not None
    claim = case.opinion.claim if case.opinion is not None else None
    mine = claim is not None and claim.reviewer == reviewer
    return opinion_models.WaitingOpinion(
        case_id=case.case_id,
        decided_at=case.decision.at,
        claimed_until=claim.until if claim is not None and claim.until > now else None,
        claimed_by_you=mine,
        for_others=not mine and reviewer in case.involved | case.conflicted,
    )


def blind_case(view: CaseView, questions: Sequence[Question]) -> opinion_models.BlindCase:
    claim = view.case.opinion.claim if view.case.opinion is not None else None
    return opinion_models.BlindCase(
        case_id=view.case.case_id,
        origin=view.case.origin,
        opened_at=view.case.opened_at,
        claimed_until=claim.until if claim is not None else None,
        uploads=[_blind_upload(upload) for upload in view.uploads],
        reports=[_report(report, questions) for report in view.reports],
        more_reports=view.more_reports,
    )


def _blind_upload(upload: Upload) -> opinion_models.BlindUpload:
    image = upload.fingerprint
    return opinion_models.BlindUpload(
        upload_id=upload.upload_id,
        received_at=upload.received_at,
        width=image.width if image else None,
        height=image.height if image else None,
        frames=image.frames if image else None,
        quality=image.upright.quality if image else None,
        matches=[
            opinion_models.BlindMatch(distance=one.distance, view=one.view, exact=one.exact)
            for one in upload.matches
        ],
    )


def _opinion(case: Case) -> case_models.OpinionState | None:
    if case.opinion is None:
        return None
    states = {
        None: case_models.OpinionState.WAITS,
        True: case_models.OpinionState.AGREES,
        False: case_models.OpinionState.DIFFERS,
    }
    return states[case.opinions_agree]


def presented_appeal(seen: SeenAppeal) -> appeal_models.ReviewedAppeal:
    appeal, block = seen.appeal, seen.appeal.block
    appealed = appeal_models.AppealedBlock(since=block.since, reason=block.reason) if block else None
    return appeal_models.ReviewedAppeal(
        appeal_id=appeal.appeal_id,
        case_id=appeal.case_id,
        block=appealed,
        party=appeal.party,
        platform=appeal.platform,
        account_id=appeal.account_id,
        upload_id=appeal.upload_id,
        statement=appeal.statement,
        filed_at=appeal.filed_at,
        outcome=appeal.outcome,
        decided_at=appeal.decided_at,
        you_took_part=seen.took_part,
    )


def presented_chain(chain: VerifiedChain) -> record_models.AuditChain:
    return record_models.AuditChain(
        chain=chain.chain,
        whole=chain.broken is None,
        broken=chain.broken,
        anchored=chain.anchored,
        records=[
            record_models.AuditRecord(
                seq=record.seq,
                at=record.at,
                actor=record.actor,
                action=record.action,
                details=dict(record.details),
                digest=record.digest,
            )
            for record in chain.records
        ],
    )


def _claimed_until(case: Case, now: datetime) -> datetime | None:
    return case.claim.until if case.claim is not None and case.claim.until > now else None


def _upload(upload: Upload, entries: Mapping[str, Entry]) -> case_models.CaseUpload:
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
        matches=[_match(match, entries.get(match.entry_id)) for match in upload.matches],
    )


def _match(match: Match, entry: Entry | None) -> case_models.MatchMade:
    supports = entry.supports if entry else frozenset()
    overlap = match.overlap
    return case_models.MatchMade(
        entry_id=match.entry_id,
        standing=entry.standing if entry else None,
        provenance=sorted({support.source.value for support in supports}),
        distance=match.distance,
        view=match.view,
        exact=match.exact,
        overlap=case_models.Overlap(
            inliers=overlap.inliers, agreeing=overlap.agreeing, visible=overlap.visible
        )
        if overlap
        else None,
        # A report's or a partner's own reference is not a reviewer's to know.
        cases=sorted(support.reference for support in supports if support.source is Source.CASE),
    )


def _report(report: Report, questions: Sequence[Question]) -> case_models.CaseReport:
    # A question that is not asked any more is told by its key.
    labels = {one.key: one.label for one in questions}
    return case_models.CaseReport(
        addresses=list(report.addresses),
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


def _decision(case: Case, reviewer: str) -> case_models.DecisionMade | None:
    decision = case.decision
    if decision is None:
        return None
    return case_models.DecisionMade(
        outcome=decision.outcome,
        factors=case_models.FactorsGiven(
            shown=sorted(decision.factors.shown),
            setting=decision.factors.setting,
            complainant=decision.factors.complainant,
        ),
        reasons=decision.reasons,
        at=decision.at,
        by_you=decision.reviewer == reviewer,
        manifestly_unfounded=decision.manifestly_unfounded,
    )

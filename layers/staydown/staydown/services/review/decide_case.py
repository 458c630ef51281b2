"""Deciding a case. Everything that follows from the decision happens with it, or not at all."""

from __future__ import annotations

from dataclasses import dataclass, replace

from staydown.aws.stack import Stack
from staydown.domain.audit.actors import Actor
from staydown.domain.audit.case_details import CaseDecided
from staydown.domain.cases.case import Case
from staydown.domain.cases.decisions import (
    Decision,
    DecisionOutcome,
    Factors,
    require_manifestly_unfounded,
)
from staydown.domain.cases.reports import count_distinct_reporters
from staydown.domain.cases.second_opinions import SecondOpinionCause
from staydown.domain.cases.states import CaseState
from staydown.domain.events import CaseDecided as CaseDecidedEvent
from staydown.domain.uploads.upload import Upload
from staydown.services.access.cases import get_case, require_may_act
from staydown.services.bank.bank_writer import BankWriter
from staydown.services.enforcement import dismiss, enforce
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import UnitOfWork
from staydown.services.uploads.sync_location import take_down_image


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a reviewer decides."""

    outcome: DecisionOutcome
    factors: Factors
    reasons: str
    wants_second_opinion: bool = False
    """Whether the reviewer asks for a second opinion."""
    manifestly_unfounded: bool = False
    """Whether the reports are manifestly unfounded, which is a strike for verified reporters."""


def decide_case(
    stack: Stack, *, case_id: str, reviewer: str, judgement: Judgement, expected_revision: int | None
) -> Case:
    """Decide a case and carry the decision out. The same decision by the same reviewer twice is one.

    Once this returns for `violating`, every scan that finishes later blocks the image, and published copies
    are swept.
    """
    case, uploads = _decide(
        stack,
        case_id=case_id,
        reviewer=reviewer,
        judgement=judgement,
        expected_revision=expected_revision,
        bank_writer=BankWriter(stack),
    )
    if judgement.outcome.is_violation:
        # The event of each removal does this too, if this process dies here.
        for upload in uploads:
            take_down_image(stack, upload.upload_id)
    return case


@retry_on_conflict
def _decide(
    stack: Stack,
    *,
    case_id: str,
    reviewer: str,
    judgement: Judgement,
    expected_revision: int | None,
    bank_writer: BankWriter,
) -> tuple[Case, list[Upload]]:
    uow = UnitOfWork(stack, Actor.reviewer(reviewer))
    case = get_case(stack, case_id)
    if _is_repeated(case, reviewer, judgement):
        return case, stack.uploads.get_many(case.uploads)
    decision = Decision(
        judgement.outcome,
        judgement.factors,
        judgement.reasons,
        reviewer,
        uow.now,
        judgement.manifestly_unfounded,
    )
    decided = case.decided(decision)
    require_may_act(stack, case, reviewer, expected_revision)
    if judgement.manifestly_unfounded:
        reporters = count_distinct_reporters(stack.cases.get_reports(case.reports))
        require_manifestly_unfounded(judgement.outcome, judgement.factors, reporters)
    uploads = stack.uploads.get_many(case.uploads)
    if judgement.outcome.is_violation:
        decided = enforce(uow, decided, uploads, bank_writer)
    elif judgement.outcome is DecisionOutcome.NOT_VIOLATING:
        decided = dismiss(uow, decided, uploads)
    cause = SecondOpinionCause.REVIEWER if judgement.wants_second_opinion else None
    decided = decided.with_second_opinion_requested(
        cause, sample_percent=stack.settings.second_opinion_percent
    )
    details = CaseDecided(
        judgement.outcome,
        decided.uploads,
        decided.banked_entries,
        len(decided.blocked_accounts),
        manifestly_unfounded=judgement.manifestly_unfounded,
    )
    event = CaseDecidedEvent(case_id, judgement.outcome, decided.uploads)
    decided = uow.record(decided, details, event)
    uow.commit()
    return decided, uploads


_COMPARED_FIELDS = ("outcome", "factors", "reasons", "manifestly_unfounded")


def _is_repeated(case: Case, reviewer: str, judgement: Judgement) -> bool:
    """Return whether this reviewer made this decision already. A request for information may be repeated."""
    decision = case.decision
    return (
        decision is not None
        and case.state is not CaseState.OPEN
        and decision.reviewer == reviewer
        and decision == replace(decision, **{name: getattr(judgement, name) for name in _COMPARED_FIELDS})
    )

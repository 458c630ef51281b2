"""A reviewer decides a case, and all that follows from it happens with the decision or not at all."""

from __future__ import annotations

from dataclasses import dataclass, replace

from staydown.aws.stack import Stack
from staydown.domain.cases.case import Case
from staydown.domain.cases.decisions import Decision, DecisionOutcome, Factors, require_manifestly_unfounded
from staydown.domain.cases.reports import count_distinct_reporters
from staydown.domain.cases.second_opinions import SecondOpinionCause
from staydown.domain.cases.states import CaseState
from staydown.domain.events import EventType
from staydown.domain.uploads.upload import Upload
from staydown.services.bank.bank_writer import BankWriter
from staydown.services.cases.save_case import save_case
from staydown.services.enforcement import dismiss, enforce
from staydown.services.retries import retry_on_conflict
from staydown.services.review.review_queue import get_case, require_may_act
from staydown.services.uploads.sync_location import take_down_image


@dataclass(frozen=True, slots=True)
class Judgement:
    outcome: DecisionOutcome
    factors: Factors
    reasons: str
    wants_second_opinion: bool = False
    """Whether the reviewer wants somebody else to judge it too."""
    manifestly_unfounded: bool = False


def decide_case(
    stack: Stack, *, case_id: str, reviewer: str, judgement: Judgement, expected_revision: int | None
) -> Case:
    """Decide, and carry the decision out.

    The same decision by the same reviewer told twice is one decision. Once this returns `violating`, every
    scan that finishes later blocks the image; copies that are already up are swept.
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
        # The event of each removal does this too, should we be stopped here.
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
    case = get_case(stack, case_id)
    if _is_repeated(case, reviewer, judgement):
        return case, stack.uploads.get_many(case.uploads)
    now = stack.now()
    decision = Decision(
        judgement.outcome,
        judgement.factors,
        judgement.reasons,
        reviewer,
        now,
        judgement.manifestly_unfounded,
    )
    decided = case.decided(decision)
    require_may_act(stack, case, reviewer, expected_revision)
    if judgement.manifestly_unfounded:
        people = count_distinct_reporters(stack.cases.get_reports(case.reports))
        require_manifestly_unfounded(judgement.outcome, judgement.factors, people)
    uploads = stack.uploads.get_many(case.uploads)
    transaction = stack.transaction()
    if judgement.outcome.is_violation:
        decided = enforce(stack, transaction, decided, uploads, bank_writer)
    elif judgement.outcome is DecisionOutcome.NOT_VIOLATING:
        decided = dismiss(stack, transaction, decided, uploads, reviewer)
    asked_by = SecondOpinionCause.REVIEWER if judgement.wants_second_opinion else None
    decided = decided.with_second_opinion_requested(
        asked_by, sample_percent=stack.settings.second_opinion_percent
    )
    told: dict[str, object] = {
        "outcome": judgement.outcome.value,
        "uploads": list(decided.uploads),
        "entries": list(decided.banked_entries),
        "accounts": len(decided.blocked_accounts),
    }
    if judgement.manifestly_unfounded:
        told["manifestly_unfounded"] = True
    decided = save_case(stack, transaction, decided, actor=reviewer, action="case.decided", details=told)
    event = {"case_id": case_id, "outcome": judgement.outcome.value, "uploads": list(decided.uploads)}
    stack.outbox.add(transaction, EventType.CASE_DECIDED, event, at=now)
    transaction.commit()
    return decided, uploads


_COMPARED_FIELDS = ("outcome", "factors", "reasons", "manifestly_unfounded")


def _is_repeated(case: Case, reviewer: str, judgement: Judgement) -> bool:
    """Whether it is decided so already. (What was asked for and has come since may be asked for again.)"""
    decision = case.decision
    return (
        decision is not None
        and case.state is not CaseState.OPEN
        and decision.reviewer == reviewer
        and decision == replace(decision, **{name: getattr(judgement, name) for name in _COMPARED_FIELDS})
    )

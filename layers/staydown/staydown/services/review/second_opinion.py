"""Somebody else judges a decided case too, without seeing the decision: how far reviewers agree.

The decision holds meanwhile. Where they agree nothing happens but that it is counted; where they differ, a
senior who had no part in either decides, as of an appeal. Whoever sees a child locks the case at once.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from staydown.aws.codec import Item
from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.cases.appeals import Appeal, AppealParty, disagreement_appeal_id
from staydown.domain.cases.case import Case
from staydown.domain.cases.decisions import Decision, DecisionOutcome
from staydown.domain.errors import ClaimedByAnother, Conflict, InvalidRequest, NotAllowed
from staydown.domain.events import EventType
from staydown.services.bank.bank_writer import BankWriter
from staydown.services.cases.save_case import save_case
from staydown.services.enforcement import overturn
from staydown.services.retries import retry_on_conflict
from staydown.services.review.decide_case import Judgement
from staydown.services.review.review_queue import get_case
from staydown.services.uploads.sync_location import take_down_image


def list_cases_awaiting_opinion(
    stack: Stack, *, after: Item | None, limit: int
) -> tuple[list[Case], Item | None]:
    """A page of the cases of which a second opinion waits, the longest first; where the next page starts."""
    return stack.cases.list_awaiting_second_opinion(after=after, limit=limit)


def claim_next_opinion(stack: Stack, *, reviewer: str, skip: Container[str] = ()) -> Case | None:
    """Claim the one that waits longest and that this reviewer may give; None when there is none.

    One that they claimed already comes before all others: they are at it. passing_over: cases that they have
    done with, though their opinion is not sent yet.
    """
    waiting = [one for one in _all_awaiting_opinion(stack) if one.case_id not in skip]
    for listed in sorted(waiting, key=lambda one: not one.has_claimed_second_opinion(reviewer)):
        try:
            return claim_opinion(stack, case_id=listed.case_id, reviewer=reviewer)
        except (ClaimedByAnother, Conflict, NotAllowed):
            continue
    return None


def _all_awaiting_opinion(stack: Stack) -> Iterator[Case]:
    """Page by page, the longest first."""
    after: Item | None = None
    while True:
        page, after = stack.cases.list_awaiting_second_opinion(after=after)
        yield from page
        if after is None:
            return


@retry_on_conflict
def claim_opinion(stack: Stack, *, case_id: str, reviewer: str) -> Case:
    case = get_case(stack, case_id)
    now = stack.now()
    claimed = case.with_second_opinion_claimed(reviewer, now=now, expires_at=now + stack.settings.claim_lease)
    transaction = stack.transaction()
    save_case(stack, transaction, claimed, actor=reviewer, action="opinion.claimed", details={})
    transaction.commit()
    return claimed


def give_opinion(stack: Stack, *, case_id: str, reviewer: str, judgement: Judgement) -> Case:
    """Judge it; told twice, it is one. InvalidRequest for an outcome that is no judgement."""
    if judgement.outcome is DecisionOutcome.NEEDS_INFORMATION:
        raise InvalidRequest(
            "A second opinion says what the image is.", pointers={"/outcome": "not needs_information"}
        )
    case = _record_opinion(stack, case_id, reviewer, judgement, BankWriter(stack))
    if judgement.outcome is DecisionOutcome.SUSPECTED_CHILD:
        for upload_id in case.uploads:
            take_down_image(stack, upload_id)
    return case


@retry_on_conflict
def _record_opinion(
    stack: Stack, case_id: str, reviewer: str, judgement: Judgement, bank_writer: BankWriter
) -> Case:
    case = get_case(stack, case_id)
    given = case.second_opinion.decision if case.second_opinion is not None else None
    if given is not None and given.reviewer == reviewer and given.outcome is judgement.outcome:
        return case
    case.require_not_recused(reviewer)
    now = stack.now()
    judged = Decision(judgement.outcome, judgement.factors, judgement.reasons, reviewer, now)
    case = case.with_second_opinion(judged)
    transaction = stack.transaction()
    agrees = bool(case.second_opinion_agrees)
    if judgement.outcome is DecisionOutcome.SUSPECTED_CHILD:
        case = _lock_case(stack, transaction, case, judged, bank_writer)
    elif not agrees:
        dispute = Appeal(
            disagreement_appeal_id(case_id),
            case_id,
            platform="",
            account_id="",
            statement=judgement.reasons,
            filed_at=now,
            party=AppealParty.DISAGREEMENT,
        )
        stack.cases.save_appeal(transaction, dispute)
        case = case.with_appeal(dispute.appeal_id)
    case = save_case(
        stack, transaction, case, actor=reviewer, action="opinion.given", details={"agrees": agrees}
    )
    told = {"case_id": case_id, "agrees": agrees}
    stack.outbox.add(transaction, EventType.OPINION_GIVEN, told, at=now)
    transaction.commit()
    return case


def _lock_case(
    stack: Stack, transaction: Transaction, case: Case, decision: Decision, bank_writer: BankWriter
) -> Case:
    """In place of the decision, whatever it was: it is stopped already, or is stopped now."""
    uploads = stack.uploads.get_many(case.uploads)
    locked = case.overturned(decision)
    carried = overturn(stack, transaction, case.with_decision(decision), uploads, bank_writer)
    event = {"case_id": case.case_id, "outcome": decision.outcome.value, "uploads": list(case.uploads)}
    stack.outbox.add(transaction, EventType.CASE_DECIDED, event, at=stack.now())
    return locked.with_enforcement(carried)

"""Somebody else judges a decided case too, without seeing the decision: how far reviewers agree.

The decision holds meanwhile. Where they agree nothing happens but that it is counted; where they differ, a
senior who had no part in either decides, as of an appeal. Whoever sees a child locks the case at once.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from staydown.aws.items import Item
from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.appeals import Appeal, Appellant, dispute_id
from staydown.domain.cases import Case
from staydown.domain.decisions import Decision, Outcome
from staydown.domain.errors import ClaimedByAnother, Conflict, InvalidRequest, NotAllowed
from staydown.domain.events import EventType
from staydown.services.bank.bank_images import BankedImages
from staydown.services.cases.save_case import save_case
from staydown.services.retrying import retried
from staydown.services.review.consequences import overturn
from staydown.services.review.decide_case import Judgement
from staydown.services.review.review_queue import load_case
from staydown.services.uploads.place_image import take_down


def list_opinions(stack: Stack, *, after: Item | None, limit: int) -> tuple[list[Case], Item | None]:
    """A page of the cases of which a second opinion waits, the longest first; where the next page starts."""
    return stack.cases.awaiting_opinion(after=after, limit=limit)


def claim_next_opinion(stack: Stack, *, reviewer: str, passing_over: Container[str] = ()) -> Case | None:
    """Claim the one that waits longest and that this reviewer may give; None when there is none.

    One that they claimed already comes before all others: they are at it. passing_over: cases that they have
    done with, though their opinion is not sent yet.
    """
    waiting = [one for one in _all_waiting(stack) if one.case_id not in passing_over]
    for listed in sorted(waiting, key=lambda one: not one.gives_opinion(reviewer)):
        try:
            return claim_opinion(stack, case_id=listed.case_id, reviewer=reviewer)
        except (ClaimedByAnother, Conflict, NotAllowed):
            continue
    return None


def _all_waiting(stack: Stack) -> Iterator[Case]:
    """Page by page, the longest first."""
    after: Item | None = None
    while True:
        page, after = stack.cases.awaiting_opinion(after=after)
        yield from page
        if after is None:
            return


@retried
def claim_opinion(stack: Stack, *, case_id: str, reviewer: str) -> Case:
    case = load_case(stack, case_id)
    now = stack.now()
    claimed = case.opinion_claimed(reviewer, now=now, until=now + stack.settings.claim_lease)
    transaction = stack.transaction()
    save_case(stack, transaction, claimed, actor=reviewer, action="opinion.claimed", details={})
    transaction.commit()
    return claimed


def give_opinion(stack: Stack, *, case_id: str, reviewer: str, judgement: Judgement) -> Case:
    """Judge it; told twice, it is one. InvalidRequest for an outcome that is no judgement."""
    if judgement.outcome is Outcome.NEEDS_INFORMATION:
        raise InvalidRequest(
            "A second opinion says what the image is.", pointers={"/outcome": "not needs_information"}
        )
    case = _give(stack, case_id, reviewer, judgement, BankedImages(stack))
    if judgement.outcome is Outcome.SUSPECTED_CHILD:
        for upload_id in case.uploads:
            take_down(stack, upload_id)
    return case


@retried
def _give(stack: Stack, case_id: str, reviewer: str, judgement: Judgement, images: BankedImages) -> Case:
    case = load_case(stack, case_id)
    given = case.opinion.given if case.opinion is not None else None
    if given is not None and given.reviewer == reviewer and given.outcome is judgement.outcome:
        return case
    case.check_impartial(reviewer)
    now = stack.now()
    judged = Decision(judgement.outcome, judgement.factors, judgement.reasons, reviewer, now)
    case = case.opinion_given(judged)
    transaction = stack.transaction()
    agrees = bool(case.opinions_agree)
    if judgement.outcome is Outcome.SUSPECTED_CHILD:
        case = _lock(stack, transaction, case, judged, images)
    elif not agrees:
        dispute = Appeal(
            dispute_id(case_id),
            case_id,
            platform="",
            account_id="",
            statement=judgement.reasons,
            filed_at=now,
            party=Appellant.SECOND_OPINION,
        )
        stack.cases.save_appeal(transaction, dispute)
        case = case.appealed(dispute.appeal_id)
    case = save_case(
        stack, transaction, case, actor=reviewer, action="opinion.given", details={"agrees": agrees}
    )
    told = {"case_id": case_id, "agrees": agrees}
    stack.outbox.add(transaction, EventType.OPINION_GIVEN, told, at=now)
    transaction.commit()
    return case


def _lock(stack: Stack, transaction: Transaction, case: Case, judged: Decision, images: BankedImages) -> Case:
    """In place of the decision, whatever it was: it is stopped already, or is stopped now."""
    uploads = stack.uploads.get_many(case.uploads)
    locked = case.overturned(judged)
    carried = overturn(stack, transaction, case.with_decision(judged), uploads, images)
    event = {"case_id": case.case_id, "outcome": judged.outcome.value, "uploads": list(case.uploads)}
    stack.outbox.add(transaction, EventType.CASE_DECIDED, event, at=stack.now())
    return locked.with_consequences(carried)

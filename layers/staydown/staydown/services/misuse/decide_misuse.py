"""A reviewer decides about somebody as a whole: a suspension for a time, a warning, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.accounts import Account, Block
from staydown.domain.errors import SameReviewer
from staydown.domain.events import EventType
from staydown.domain.misuse import (
    Intention,
    MisuseDecision,
    MisuseOutcome,
    MisuseReview,
    term_of,
)
from staydown.domain.senders import Sender
from staydown.services.misuse.climb_ladder import step_down
from staydown.services.misuse.save_conduct import (
    announce_block,
    announce_to_reporter,
    announce_warning,
    save_conduct,
)
from staydown.services.misuse.subjects import record_of
from staydown.services.misuse.view_misuse import view_misuse
from staydown.services.retrying import retried

BLOCK_REASON = "misuse"


@dataclass(frozen=True, slots=True)
class MisuseJudgement:
    """days: the term of a suspension."""

    outcome: MisuseOutcome
    intention: Intention
    reasons: str
    days: int | None = None


def decide_misuse(stack: Stack, *, review_id: str, reviewer: str, judgement: MisuseJudgement) -> MisuseReview:
    """Decide, and carry it out; the same decision by the same reviewer told twice is one.

    It rests on what is a strike at this moment, not on what was when the review was opened. Conflict for a
    suspension of who was not warned, SameReviewer for one by who has called one of the reports unfounded.
    """
    review = _decide(stack, review_id, reviewer, judgement)
    if review.suspends:
        # What was freed between our reading and our writing has told of it before there was anything to end.
        step_down(stack, review.subject)
    return review


@retried
def _decide(stack: Stack, review_id: str, reviewer: str, judgement: MisuseJudgement) -> MisuseReview:
    view = view_misuse(stack, review_id=review_id, reviewer=reviewer)
    review, seen, now = view.review, view.seen, stack.now()
    if _is_repeated(review, reviewer, judgement):
        return review
    if view.judged_by_you and judgement.outcome is MisuseOutcome.SUSPEND:
        raise SameReviewer("You called one of these reports unfounded; somebody else suspends, or nobody.")
    term = term_of(judgement.outcome, judgement.days, stack.settings.ladder)
    decision = MisuseDecision(
        judgement.outcome,
        judgement.intention,
        judgement.reasons,
        reviewer,
        at=now,
        strikes=len(seen.strikes),
        total=seen.total,
        until=now + term if term is not None else None,
    )
    record = record_of(stack, review.subject)
    decided = review.decided(decision, record.conduct, seen)
    record = replace(record, conduct=record.conduct.decided(decided, seen))
    transaction = stack.transaction()
    stack.misuse.save(transaction, decided)
    record = _carried_out(stack, transaction, record, decided)
    told = {
        "review_id": review_id,
        "outcome": judgement.outcome.value,
        "intention": judgement.intention.value,
        "strikes": decision.strikes,
        "reports" if review.subject.reports else "uploads": decision.total,
        "shown": {one.value: by for one, by in view.shown},
        "days": judgement.days,
    }
    save_conduct(
        stack, transaction, review.subject, record, actor=reviewer, action="misuse.decided", details=told
    )
    event = {"review_id": review_id, "outcome": judgement.outcome.value}
    stack.outbox.add(transaction, EventType.MISUSE_DECIDED, event, at=now)
    transaction.commit()
    return decided


def _carried_out(
    stack: Stack, transaction: Transaction, record: Account | Sender, review: MisuseReview
) -> Account | Sender:
    """The record as it has to be saved. Of a suspended sender the conduct says all that there is to say."""
    decision = review.decision
    assert decision is not None
    warns = decision.outcome is MisuseOutcome.WARN
    if isinstance(record, Sender):
        if warns or review.suspends:
            event = EventType.REPORTER_WARNED if warns else EventType.REPORTER_SUSPENDED
            announce_to_reporter(stack, transaction, event, review)
        return record
    if warns:
        announce_warning(stack, transaction, review.subject, record.conduct)
    if not review.suspends:
        return record
    blocked = record.held_by(Block(review.holder, decision.at, BLOCK_REASON, decision.until))
    announce_block(stack, transaction, EventType.ACCOUNT_BLOCKED, blocked, review)
    return blocked


def _is_repeated(review: MisuseReview, reviewer: str, judgement: MisuseJudgement) -> bool:
    made = review.decision
    if made is None or made.reviewer != reviewer:
        return False
    days = (made.until - made.at).days if made.until is not None else None
    return MisuseJudgement(made.outcome, made.intention, made.reasons, days) == judgement

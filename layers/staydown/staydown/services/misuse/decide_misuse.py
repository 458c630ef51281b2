"""A reviewer decides about somebody as a whole: a suspension for a time, a warning, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.accounts.account import Account, Block
from staydown.domain.accounts.misuse import (
    Intention,
    MisuseDecision,
    MisuseOutcome,
    MisuseReview,
    suspension_length,
)
from staydown.domain.accounts.verified_reporters import VerifiedReporter
from staydown.domain.errors import SameReviewer
from staydown.domain.events import EventType
from staydown.services.misuse.apply_strikes import end_unsupported
from staydown.services.misuse.save_conduct import (
    emit_account_warned,
    emit_misuse_block_event,
    emit_reporter_event,
    save_strike_status,
)
from staydown.services.misuse.strikes import load_subject
from staydown.services.misuse.view_misuse import view_misuse
from staydown.services.retries import retry_on_conflict

BLOCK_REASON = "misuse"


@dataclass(frozen=True, slots=True)
class MisuseJudgement:
    """days: the term of a suspension."""

    outcome: MisuseOutcome
    intention: Intention
    reasons: str
    suspension_days: int | None = None


def decide_misuse(stack: Stack, *, review_id: str, reviewer: str, judgement: MisuseJudgement) -> MisuseReview:
    """Decide, and carry it out; the same decision by the same reviewer told twice is one.

    It rests on what is a strike at this moment, not on what was when the review was opened. Conflict for a
    suspension of who was not warned, SameReviewer for one by who has called one of the reports unfounded.
    """
    review = _decide(stack, review_id, reviewer, judgement)
    if review.is_suspension_active:
        # What was freed between our reading and our writing has told of it before there was anything to end.
        end_unsupported(stack, review.subject)
    return review


@retry_on_conflict
def _decide(stack: Stack, review_id: str, reviewer: str, judgement: MisuseJudgement) -> MisuseReview:
    view = view_misuse(stack, review_id=review_id, reviewer=reviewer)
    review, seen, now = view.review, view.history, stack.now()
    if _is_repeated(review, reviewer, judgement):
        return review
    if view.decided_by_viewer and judgement.outcome is MisuseOutcome.SUSPEND:
        raise SameReviewer("You called one of these reports unfounded; somebody else suspends, or nobody.")
    term = suspension_length(judgement.outcome, judgement.suspension_days, stack.settings.strike_policy)
    decision = MisuseDecision(
        judgement.outcome,
        judgement.intention,
        judgement.reasons,
        reviewer,
        at=now,
        strikes=len(seen.strikes),
        total=seen.total,
        suspended_until=now + term if term is not None else None,
    )
    record = load_subject(stack, review.subject)
    decided = review.decided(decision, record.strike_status, seen)
    record = replace(record, strike_status=record.strike_status.with_review_decided(decided, seen))
    transaction = stack.transaction()
    stack.misuse_reviews.save(transaction, decided)
    record = _apply_decision(stack, transaction, record, decided)
    told = {
        "review_id": review_id,
        "outcome": judgement.outcome.value,
        "intention": judgement.intention.value,
        "strikes": decision.strikes,
        "reports" if review.subject.is_reporter else "uploads": decision.total,
        "shown": {one.value: by for one, by in view.shown_counts},
        "days": judgement.suspension_days,
    }
    save_strike_status(
        stack, transaction, review.subject, record, actor=reviewer, action="misuse.decided", details=told
    )
    event = {"review_id": review_id, "outcome": judgement.outcome.value}
    stack.outbox.add(transaction, EventType.MISUSE_DECIDED, event, at=now)
    transaction.commit()
    return decided


def _apply_decision(
    stack: Stack, transaction: Transaction, record: Account | VerifiedReporter, review: MisuseReview
) -> Account | VerifiedReporter:
    """The record as it has to be saved. Of a suspended sender the conduct says all that there is to say."""
    decision = review.decision
    assert decision is not None
    warns = decision.outcome is MisuseOutcome.WARN
    if isinstance(record, VerifiedReporter):
        if warns or review.is_suspension_active:
            event = EventType.REPORTER_WARNED if warns else EventType.REPORTER_SUSPENDED
            emit_reporter_event(stack, transaction, event, review)
        return record
    if warns:
        emit_account_warned(stack, transaction, review.subject, record.strike_status)
    if not review.is_suspension_active:
        return record
    blocked = record.with_block(
        Block(review.block_source, decision.at, BLOCK_REASON, decision.suspended_until)
    )
    emit_misuse_block_event(stack, transaction, EventType.ACCOUNT_BLOCKED, blocked, review)
    return blocked


def _is_repeated(review: MisuseReview, reviewer: str, judgement: MisuseJudgement) -> bool:
    made = review.decision
    if made is None or made.reviewer != reviewer:
        return False
    days = (made.suspended_until - made.at).days if made.suspended_until is not None else None
    return MisuseJudgement(made.outcome, made.intention, made.reasons, days) == judgement

"""A suspension ends: with its term, with what it rests on, or by a senior reviewer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from staydown.aws.stack import Stack
from staydown.domain.accounts.misuse import EndReason, MisuseReview
from staydown.domain.accounts.verified_reporters import VerifiedReporter
from staydown.domain.errors import NotFound
from staydown.domain.events import EventType
from staydown.services.misuse.save_conduct import (
    emit_misuse_block_event,
    emit_reporter_event,
    save_strike_status,
)
from staydown.services.misuse.strikes import load_subject
from staydown.services.retries import retry_on_conflict
from staydown.services.uploads.record_upload import SYSTEM


def expire_suspensions(stack: Stack, on_failure: Callable[[str, Exception], None]) -> int:
    """End the suspensions whose term is over; how many. report: is told of one that failed, by its id."""
    ended = 0
    for review_id in stack.misuse_reviews.list_ending_suspensions(until=stack.now()):
        try:
            ended += end_suspension(stack, review_id, EndReason.EXPIRED)
        except Exception as error:  # noqa: BLE001 (one that fails must not keep the others blocked)
            on_failure(review_id, error)
    return ended


@retry_on_conflict
def end_suspension(stack: Stack, review_id: str, ending: EndReason) -> bool:
    """Whether there was one to end."""
    review = stack.misuse_reviews.get(review_id)
    if review is None or not review.is_suspension_active:
        return False
    if ending is EndReason.EXPIRED and not _is_expired(stack, review):
        return False
    _save_ended(stack, review, review.ended(ending, now=stack.now()), actor=SYSTEM)
    return True


@retry_on_conflict
def lift_suspension(stack: Stack, *, review_id: str, reasons: str, reviewer: str) -> MisuseReview:
    """Lift it before its time; told twice it is lifted once. SameReviewer for who decided it."""
    review = stack.misuse_reviews.get(review_id)
    if review is None:
        raise NotFound(f"There is no review {review_id[:64]!r}.")
    if review.end_reason is EndReason.LIFTED and review.lifted_by == reviewer:
        return review
    lifted = review.lifted(reviewer, reasons, now=stack.now())
    _save_ended(stack, review, lifted, actor=reviewer)
    return lifted


def _is_expired(stack: Stack, review: MisuseReview) -> bool:
    until = review.decision.suspended_until if review.decision is not None else None
    return until is not None and until <= stack.now()


def _save_ended(stack: Stack, review: MisuseReview, ended: MisuseReview, *, actor: str) -> None:
    record = load_subject(stack, review.subject)
    released = replace(record, strike_status=record.strike_status.without_suspension())
    transaction = stack.transaction()
    stack.misuse_reviews.save(transaction, ended)
    told: Mapping[str, object] = {"review_id": review.review_id, "ending": str(ended.end_reason)}
    if isinstance(released, VerifiedReporter):
        emit_reporter_event(stack, transaction, EventType.REPORTER_RESUMED, review)
    else:
        released = released.without_block(review.block_source)
        told = {**told, "still_blocked": released.blocked}
        emit_misuse_block_event(stack, transaction, EventType.ACCOUNT_UNBLOCKED, released, review)
    save_strike_status(
        stack, transaction, review.subject, released, actor=actor, action="misuse.ended", details=told
    )
    transaction.commit()

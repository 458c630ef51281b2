"""Ending a suspension: it expires, too few strikes support it, or a senior reviewer lifts it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from staydown.aws.stack import Stack
from staydown.domain.accounts.account import Account
from staydown.domain.accounts.misuse import EndReason, MisuseReview
from staydown.domain.accounts.verified_reporters import VerifiedReporter
from staydown.domain.audit.account_details import SuspensionEnded
from staydown.domain.audit.actors import SYSTEM, Actor
from staydown.domain.errors import NotFound
from staydown.domain.events import AccountUnblocked, ReporterResumed
from staydown.services.misuse.strikes import load_subject
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import UnitOfWork


def expire_suspensions(stack: Stack, on_failure: Callable[[str, Exception], None]) -> int:
    """End the suspensions whose time is over. Return how many.

    on_failure: called with the id of each review that failed.
    """
    ended = 0
    for review_id in stack.misuse_reviews.list_ending_suspensions(until=stack.now()):
        try:
            ended += end_suspension(stack, review_id, EndReason.EXPIRED)
        except Exception as error:  # noqa: BLE001 (a failed one must not keep the others suspended)
            on_failure(review_id, error)
    return ended


@retry_on_conflict
def end_suspension(stack: Stack, review_id: str, reason: EndReason) -> bool:
    """End the suspension of a misuse review. Return whether there was one to end."""
    uow = UnitOfWork(stack, SYSTEM)
    review = stack.misuse_reviews.get(review_id)
    if review is None or not review.is_suspension_active:
        return False
    if reason is EndReason.EXPIRED and not _is_expired(stack, review):
        return False
    _end(uow, review.ended(reason, now=uow.now))
    return True


@retry_on_conflict
def lift_suspension(stack: Stack, *, review_id: str, reasons: str, reviewer: str) -> MisuseReview:
    """Lift a suspension before its time. Lifted twice by the same reviewer, it is lifted once.

    Raise NotFound, and SameReviewer for the reviewer who decided it.
    """
    uow = UnitOfWork(stack, Actor.reviewer(reviewer))
    review = stack.misuse_reviews.get(review_id)
    if review is None:
        raise NotFound(f"There is no review {review_id[:64]!r}.")
    if review.end_reason is EndReason.LIFTED and review.lifted_by == reviewer:
        return review
    lifted = review.lifted(reviewer, reasons, now=uow.now)
    _end(uow, lifted)
    return lifted


def _is_expired(stack: Stack, review: MisuseReview) -> bool:
    until = review.decision.suspended_until if review.decision is not None else None
    return until is not None and until <= stack.now()


def _end(uow: UnitOfWork, ended: MisuseReview) -> None:
    assert ended.end_reason is not None
    record = load_subject(uow.stack, ended.subject)
    uow.cover(ended, by=record)
    released = replace(record, strike_status=record.strike_status.without_suspension())
    details = SuspensionEnded(ended.review_id, ended.end_reason)
    match released:
        case VerifiedReporter():
            uow.record(released, details, ReporterResumed(ended.review_id))
        case Account():
            unblocked = released.without_block(ended.block_source)
            details = replace(details, still_blocked=unblocked.blocked)
            uow.record(unblocked, details, AccountUnblocked.of(unblocked, review_id=ended.review_id))
    uow.commit()

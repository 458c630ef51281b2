"""A suspension ends: with its term, with what it rests on, or by a senior reviewer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from staydown.aws.stack import Stack
from staydown.domain.errors import NotFound
from staydown.domain.events import EventType
from staydown.domain.misuse import Ending, MisuseReview
from staydown.domain.senders import Sender
from staydown.services.misuse.save_conduct import announce_block, announce_to_reporter, save_conduct
from staydown.services.misuse.subjects import record_of
from staydown.services.retrying import retried
from staydown.services.uploads.record_upload import SYSTEM


def end_terms(stack: Stack, report: Callable[[str, Exception], None]) -> int:
    """End the suspensions whose term is over; how many. report: is told of one that failed, by its id."""
    ended = 0
    for review_id in stack.misuse.ending(until=stack.now()):
        try:
            ended += end_suspension(stack, review_id, Ending.TERM)
        except Exception as error:  # noqa: BLE001 (one that fails must not keep the others blocked)
            report(review_id, error)
    return ended


@retried
def end_suspension(stack: Stack, review_id: str, ending: Ending) -> bool:
    """Whether there was one to end."""
    review = stack.misuse.review(review_id)
    if review is None or not review.suspends:
        return False
    if ending is Ending.TERM and not _is_over(stack, review):
        return False
    _release(stack, review, review.ended(ending, now=stack.now()), actor=SYSTEM)
    return True


@retried
def lift_suspension(stack: Stack, *, review_id: str, reasons: str, reviewer: str) -> MisuseReview:
    """Lift it before its time; told twice it is lifted once. SameReviewer for who decided it."""
    review = stack.misuse.review(review_id)
    if review is None:
        raise NotFound(f"There is no review {review_id[:64]!r}.")
    if review.ending is Ending.LIFTED and review.lifted_by == reviewer:
        return review
    lifted = review.lifted(reviewer, reasons, now=stack.now())
    _release(stack, review, lifted, actor=reviewer)
    return lifted


def _is_over(stack: Stack, review: MisuseReview) -> bool:
    until = review.decision.until if review.decision is not None else None
    return until is not None and until <= stack.now()


def _release(stack: Stack, review: MisuseReview, ended: MisuseReview, *, actor: str) -> None:
    record = record_of(stack, review.subject)
    released = replace(record, conduct=record.conduct.released())
    transaction = stack.transaction()
    stack.misuse.save(transaction, ended)
    told: Mapping[str, object] = {"review_id": review.review_id, "ending": str(ended.ending)}
    if isinstance(released, Sender):
        announce_to_reporter(stack, transaction, EventType.REPORTER_RESUMED, review)
    else:
        released = released.released_by(review.holder)
        told = {**told, "still_blocked": released.blocked}
        announce_block(stack, transaction, EventType.ACCOUNT_UNBLOCKED, released, review)
    save_conduct(
        stack, transaction, review.subject, released, actor=actor, action="misuse.ended", details=told
    )
    transaction.commit()

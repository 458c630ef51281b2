"""An upload of an account was stopped, or freed: the account is warned, brought to a reviewer, or let go.

Runs after the event, and reads what is so by then: told twice, late or out of order it comes to the same.
"""

from __future__ import annotations

from dataclasses import replace

from staydown.aws.stack import Stack
from staydown.domain.events import Event, EventType
from staydown.domain.misuse import Ending, MisuseReview, Seen, derived_review_id
from staydown.domain.uploads import UploadState
from staydown.services.misuse.end_suspension import end_suspension
from staydown.services.misuse.save_conduct import announce_warning, save_conduct, seen_of
from staydown.services.retrying import retried
from staydown.services.uploads.record_upload import SYSTEM


def follow_upload(stack: Stack, event: Event) -> None:
    """event: of an upload that was stopped before anybody saw it, or freed."""
    platform, account_id = str(event.detail["platform"]), str(event.detail["account_id"])
    if event.type is EventType.UPLOAD_BLOCKED:
        climb_ladder(stack, platform=platform, account_id=account_id)
    else:
        step_down(stack, platform=platform, account_id=account_id)


def climb_ladder(stack: Stack, *, platform: str, account_id: str) -> None:
    """After an upload of this account was stopped."""
    seen = seen_of(stack, platform, account_id)
    if not seen.strikes:
        return
    _warn(stack, platform, account_id, seen)
    _open_review(stack, platform, account_id, seen)


def step_down(stack: Stack, *, platform: str, account_id: str) -> None:
    """After an upload of this account was freed: what rests on too few strikes falls."""
    conduct = stack.accounts.get(platform, account_id).conduct
    for review_id in (conduct.review, conduct.suspension):
        review = stack.misuse.review(review_id) if review_id is not None else None
        if review is None or _still_rests(stack, review):
            continue
        if review.waits:
            _close(stack, review.review_id)
        else:
            end_suspension(stack, review.review_id, Ending.FELL)


@retried
def _warn(stack: Stack, platform: str, account_id: str, seen: Seen) -> None:
    account = stack.accounts.get(platform, account_id)
    if not account.conduct.needs_warning(seen, stack.settings.ladder):
        return
    conduct = account.conduct.warned(seen, now=stack.now())
    transaction = stack.transaction()
    told = {"strikes": len(seen.strikes), "uploads": seen.total}
    warned = replace(account, conduct=conduct)
    save_conduct(stack, transaction, warned, actor=SYSTEM, action="account.warned", details=told)
    announce_warning(stack, transaction, account, conduct)
    transaction.commit()


@retried
def _open_review(stack: Stack, platform: str, account_id: str, seen: Seen) -> None:
    account = stack.accounts.get(platform, account_id)
    if not account.conduct.needs_review(seen, stack.settings.ladder):
        return
    now = stack.now()
    unreviewed = account.conduct.unreviewed(seen)
    review = MisuseReview(
        derived_review_id(f"{platform}#{account_id}", unreviewed),
        platform,
        account_id,
        opened_at=now,
        strikes=seen.refs,
        warned_at=account.conduct.standing_warning(seen),
    )
    transaction = stack.transaction()
    stack.misuse.save(transaction, review)
    told = {"review_id": review.review_id, "strikes": len(seen.strikes), "uploads": seen.total}
    waiting = replace(account, conduct=replace(account.conduct, review=review.review_id))
    save_conduct(stack, transaction, waiting, actor=SYSTEM, action="misuse.opened", details=told)
    stack.outbox.add(transaction, EventType.MISUSE_OPENED, {"review_id": review.review_id}, at=now)
    transaction.commit()


def _still_rests(stack: Stack, review: MisuseReview) -> bool:
    """Whether enough of what it rests on is still stopped, however long ago it was posted."""
    uploads = stack.uploads.get_many(review.strikes)
    standing = sum(upload.state is UploadState.BLOCKED for upload in uploads)
    return standing >= stack.settings.ladder.review


@retried
def _close(stack: Stack, review_id: str) -> None:
    review = stack.misuse.review(review_id)
    if review is None or not review.waits:
        return
    account = stack.accounts.get(review.platform, review.account_id)
    transaction = stack.transaction()
    stack.misuse.save(transaction, review.ended(Ending.FELL, now=stack.now()))
    free = replace(account, conduct=replace(account.conduct, review=None))
    told = {"review_id": review_id}
    save_conduct(stack, transaction, free, actor=SYSTEM, action="misuse.closed", details=told)
    transaction.commit()

"""The notices to account holders that follow from an event."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from staydown.aws.stack import Stack
from staydown.domain.accounts.account import MANUAL_BLOCK
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.events import (
    AccountBlocked,
    AccountUnblocked,
    AccountWarned,
    EventEnvelope,
    EventType,
    UploadStateChanged,
)
from staydown.domain.uploads.stops import StopReason
from staydown.notices import contents
from staydown.notices import misuse as misuse_contents
from staydown.notices.contents import NoticeContent
from staydown.services.notices.recipients import AddressedNotice, for_account_holder


def account_blocked(stack: Stack, envelope: EventEnvelope) -> Iterator[AddressedNotice]:
    """The reason of a block: a case, a reviewer's manual block, or misuse."""
    event = AccountBlocked.of_envelope(envelope)
    if event.review_id is not None:
        content = _misuse_block(stack, event.review_id)
    elif event.case_id is None:
        content = _manual_block(stack, event)
    else:
        content = _case_block(stack, event, event.case_id)
    if content is not None:
        yield for_account_holder(stack, event.platform, event.account_id, content, event.case_id)


def account_warned(stack: Stack, envelope: EventEnvelope) -> Iterator[AddressedNotice]:
    """A warning of repeated uploads of blocked images."""
    event = AccountWarned.of_envelope(envelope)
    content = misuse_contents.warning(
        platform=event.platform,
        uploads=event.uploads,
        since=envelope.at,
        policy=stack.settings.strike_policy,
    )
    yield for_account_holder(stack, event.platform, event.account_id, content, None)


def _misuse_block(stack: Stack, review_id: str) -> NoticeContent | None:
    review = stack.misuse_reviews.get(review_id)
    decision = review.decision if review is not None else None
    if review is None or decision is None or decision.suspended_until is None:
        return None
    settings = stack.settings
    return misuse_contents.statement_for_suspension(
        review,
        decision,
        until=decision.suspended_until,
        policy=settings.strike_policy,
        ground=settings.legal_ground,
    )


def _manual_block(stack: Stack, event: AccountBlocked) -> NoticeContent | None:
    block = stack.accounts.get(event.platform, event.account_id).blocks.get(MANUAL_BLOCK)
    if block is None:
        return None  # the block was lifted since, which has a notice of its own
    return contents.statement_for_manual_block(
        platform=event.platform,
        reason=block.reason,
        since=block.since,
        ground=stack.settings.legal_ground,
        appeal_until=block.since + stack.settings.appeal_window,
    )


def _case_block(stack: Stack, event: AccountBlocked, case_id: str) -> NoticeContent | None:
    case = stack.cases.get_case(case_id)
    # In a case of a suspected child, the authorities decide whether the account holder learns of it.
    if case is None or case.decision is None or case.decision.outcome is DecisionOutcome.SUSPECTED_CHILD:
        return None
    account = (event.platform, event.account_id)
    uploads = [
        upload
        for upload in stack.uploads.get_many(case.uploads)
        if (upload.platform, upload.account_id) == account
    ]
    return contents.statement_for_decision(
        case,
        case.decision,
        platform=event.platform,
        uploads=sorted(upload.upload_id for upload in uploads),
        first_uploaded_at=min((upload.received_at for upload in uploads), default=None),
        ground=stack.settings.legal_ground,
        appeal_until=case.decision.at + stack.settings.appeal_window,
    )


def upload_stopped(stack: Stack, envelope: EventEnvelope) -> Iterator[AddressedNotice]:
    """A match stopped the upload. The notice of the block covers uploads that a reviewer decided on."""
    event = UploadStateChanged.of_envelope(envelope)
    if event.reason != StopReason.MATCHES_CONFIRMED_ENTRY:
        return
    content = contents.statement_for_match(
        platform=event.platform,
        upload_id=event.upload_id,
        uploaded_at=_uploaded_at(stack, event),
        removed=envelope.type is EventType.UPLOAD_REMOVED,
        since=envelope.at,
        ground=stack.settings.legal_ground,
        appeal_until=envelope.at + stack.settings.appeal_window,
    )
    yield for_account_holder(stack, event.platform, event.account_id, content, None)


def upload_hidden(stack: Stack, envelope: EventEnvelope) -> Iterator[AddressedNotice]:
    """A deadline hid the upload. An upload that is held before publication is not restricted yet."""
    event = UploadStateChanged.of_envelope(envelope)
    if event.reason != StopReason.DEADLINE_PASSED:
        return
    content = contents.statement_for_deadline(
        platform=event.platform,
        upload_id=event.upload_id,
        uploaded_at=_uploaded_at(stack, event),
        since=envelope.at,
        ground=stack.settings.legal_ground,
    )
    yield for_account_holder(stack, event.platform, event.account_id, content, None)


def _uploaded_at(stack: Stack, event: UploadStateChanged) -> datetime | None:
    """Return when the upload arrived; None where it was erased since."""
    found = stack.uploads.get_many([event.upload_id])
    return next((upload.received_at for upload in found), None)


def account_unblocked(stack: Stack, envelope: EventEnvelope) -> Iterator[AddressedNotice]:
    """A block was lifted. The notice says whether another block remains."""
    event = AccountUnblocked.of_envelope(envelope)
    content = contents.block_lifted(platform=event.platform, since=envelope.at, still_blocked=event.blocked)
    yield for_account_holder(stack, event.platform, event.account_id, content, event.case_id)

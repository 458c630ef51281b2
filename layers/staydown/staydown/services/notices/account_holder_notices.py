"""What account holders are told, by the event that it follows from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from staydown.aws.stack import Stack
from staydown.domain.accounts.account import MANUAL_BLOCK
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.events import EventEnvelope, EventType
from staydown.domain.uploads.stops import StopReason
from staydown.notices import contents
from staydown.notices import misuse as misuse_contents
from staydown.notices.contents import NoticeContent
from staydown.services.notices.recipients import AddressedNotice, event_account, for_account_holder


def account_blocked(stack: Stack, event: EventEnvelope) -> Iterator[AddressedNotice]:
    """Why the account is blocked: by a case, by hand, or for misuse."""
    case_id = event.detail["case_id"]
    platform, account_id = event_account(event)
    if "review_id" in event.detail:
        content = _misuse_block(stack, str(event.detail["review_id"]))
    elif case_id is None:
        content = _manual_block(stack, event, platform, account_id)
    else:
        content = _case_block(stack, event, str(case_id))
    if content is not None:
        yield for_account_holder(
            stack, platform, account_id, content, None if case_id is None else str(case_id)
        )


def account_warned(stack: Stack, event: EventEnvelope) -> Iterator[AddressedNotice]:
    """That what goes on would be looked at as a whole."""
    platform, account_id = event_account(event)
    uploads = event.detail["uploads"]
    assert isinstance(uploads, list)
    content = misuse_contents.warning(
        platform=platform, uploads=map(str, uploads), since=event.at, policy=stack.settings.strike_policy
    )
    yield for_account_holder(stack, platform, account_id, content, None)


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


def _manual_block(stack: Stack, event: EventEnvelope, platform: str, account_id: str) -> NoticeContent | None:
    block = stack.accounts.get(platform, account_id).blocks.get(MANUAL_BLOCK)
    if block is None:
        return None  # lifted since: of that they are told, and of nothing that no longer holds
    return contents.statement_for_manual_block(
        platform=platform,
        reason=block.reason,
        since=block.since,
        ground=stack.settings.legal_ground,
        appeal_until=block.since + stack.settings.appeal_window,
    )


def _case_block(stack: Stack, event: EventEnvelope, case_id: str) -> NoticeContent | None:
    case = stack.cases.get_case(case_id)
    # Of a suspected child, whoever deals with the authorities tells the account holder, or does not.
    if case is None or case.decision is None or case.decision.outcome is DecisionOutcome.SUSPECTED_CHILD:
        return None
    platform, account_id = event_account(event)
    uploads = stack.uploads.get_many(case.uploads)
    theirs = [one for one in uploads if (one.platform, one.account_id) == (platform, account_id)]
    return contents.statement_for_decision(
        case,
        case.decision,
        platform=platform,
        uploads=sorted(one.upload_id for one in theirs),
        first_uploaded_at=min((one.received_at for one in theirs), default=None),
        ground=stack.settings.legal_ground,
        appeal_until=case.decision.at + stack.settings.appeal_window,
    )


def upload_stopped(stack: Stack, event: EventEnvelope) -> Iterator[AddressedNotice]:
    """By the bank alone; what a reviewer judged is told with the block that it brings."""
    if event.detail["reason"] != StopReason.MATCHES_CONFIRMED_ENTRY:
        return
    platform, account_id = event_account(event)
    content = contents.statement_for_match(
        platform=platform,
        upload_id=str(event.detail["upload_id"]),
        uploaded_at=_uploaded_at(stack, event),
        removed=event.type is EventType.UPLOAD_REMOVED,
        since=event.at,
        ground=stack.settings.legal_ground,
        appeal_until=event.at + stack.settings.appeal_window,
    )
    yield for_account_holder(stack, platform, account_id, content, None)


def upload_hidden(stack: Stack, event: EventEnvelope) -> Iterator[AddressedNotice]:
    """At the deadline; what is only held back before anybody saw it restricts nothing yet."""
    if event.detail["reason"] != StopReason.DEADLINE_PASSED:
        return
    platform, account_id = event_account(event)
    content = contents.statement_for_deadline(
        platform=platform,
        upload_id=str(event.detail["upload_id"]),
        uploaded_at=_uploaded_at(stack, event),
        since=event.at,
        ground=stack.settings.legal_ground,
    )
    yield for_account_holder(stack, platform, account_id, content, None)


def _uploaded_at(stack: Stack, event: EventEnvelope) -> datetime | None:
    """When its upload came; None of one that is gone by now."""
    found = stack.uploads.get_many([str(event.detail["upload_id"])])
    return next((one.received_at for one in found), None)


def account_unblocked(stack: Stack, event: EventEnvelope) -> Iterator[AddressedNotice]:
    """That a block is over, and whether another stays."""
    platform, account_id = event_account(event)
    content = contents.block_lifted(
        platform=platform, since=event.at, still_blocked=bool(event.detail["blocked"])
    )
    case_id = event.detail["case_id"]
    yield for_account_holder(stack, platform, account_id, content, None if case_id is None else str(case_id))

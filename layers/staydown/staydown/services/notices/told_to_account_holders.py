"""What account holders are told, by the event that it follows from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from staydown.aws.stack import Stack
from staydown.domain import misuse_contents
from staydown.domain import notice_contents as contents
from staydown.domain.accounts import MANUAL
from staydown.domain.decisions import Outcome
from staydown.domain.events import Event, EventType
from staydown.domain.notice_contents import Content
from staydown.domain.stops import Reason
from staydown.services.notices.addressed import Addressed, account_of, to_account


def block(stack: Stack, event: Event) -> Iterator[Addressed]:
    """Why the account is blocked: by a case, by hand, or for misuse."""
    case_id = event.detail["case_id"]
    platform, account_id = account_of(event)
    if "review_id" in event.detail:
        content = _block_by_review(stack, str(event.detail["review_id"]))
    elif case_id is None:
        content = _block_by_hand(stack, event, platform, account_id)
    else:
        content = _block_by_case(stack, event, str(case_id))
    if content is not None:
        yield to_account(stack, platform, account_id, content, None if case_id is None else str(case_id))


def warning(stack: Stack, event: Event) -> Iterator[Addressed]:
    """That what goes on would be looked at as a whole."""
    platform, account_id = account_of(event)
    uploads = event.detail["uploads"]
    assert isinstance(uploads, list)
    content = misuse_contents.warning(
        platform=platform, uploads=map(str, uploads), since=event.at, ladder=stack.settings.ladder
    )
    yield to_account(stack, platform, account_id, content, None)


def _block_by_review(stack: Stack, review_id: str) -> Content | None:
    review = stack.misuse.review(review_id)
    decision = review.decision if review is not None else None
    if review is None or decision is None or decision.until is None:
        return None
    settings = stack.settings
    return misuse_contents.statement_by_misuse(
        review, decision, until=decision.until, ladder=settings.ladder, ground=settings.legal_ground
    )


def _block_by_hand(stack: Stack, event: Event, platform: str, account_id: str) -> Content | None:
    block = stack.accounts.get(platform, account_id).blocks.get(MANUAL)
    if block is None:
        return None  # lifted since: of that they are told, and of nothing that no longer holds
    return contents.statement_by_hand(
        platform=platform,
        reason=block.reason,
        since=block.since,
        ground=stack.settings.legal_ground,
        appeal_until=block.since + stack.settings.appeal_window,
    )


def _block_by_case(stack: Stack, event: Event, case_id: str) -> Content | None:
    case = stack.cases.case(case_id)
    # Of a suspected child, whoever deals with the authorities tells the account holder, or does not.
    if case is None or case.decision is None or case.decision.outcome is Outcome.SUSPECTED_CHILD:
        return None
    platform, account_id = account_of(event)
    uploads = stack.uploads.get_many(case.uploads)
    theirs = [one for one in uploads if (one.platform, one.account_id) == (platform, account_id)]
    return contents.statement_by_case(
        case,
        case.decision,
        platform=platform,
        uploads=sorted(one.upload_id for one in theirs),
        put_up=min((one.received_at for one in theirs), default=None),
        ground=stack.settings.legal_ground,
        appeal_until=case.decision.at + stack.settings.appeal_window,
    )


def stopped_upload(stack: Stack, event: Event) -> Iterator[Addressed]:
    """By the bank alone; what a reviewer judged is told with the block that it brings."""
    if event.detail["reason"] != Reason.MATCHES_CONFIRMED_ENTRY:
        return
    platform, account_id = account_of(event)
    content = contents.statement_by_match(
        platform=platform,
        upload_id=str(event.detail["upload_id"]),
        put_up=_put_up(stack, event),
        removed=event.type is EventType.UPLOAD_REMOVED,
        since=event.at,
        ground=stack.settings.legal_ground,
        appeal_until=event.at + stack.settings.appeal_window,
    )
    yield to_account(stack, platform, account_id, content, None)


def hidden_upload(stack: Stack, event: Event) -> Iterator[Addressed]:
    """At the deadline; what is only held back before anybody saw it restricts nothing yet."""
    if event.detail["reason"] != Reason.DEADLINE_PASSED:
        return
    platform, account_id = account_of(event)
    content = contents.statement_by_deadline(
        platform=platform,
        upload_id=str(event.detail["upload_id"]),
        put_up=_put_up(stack, event),
        since=event.at,
        ground=stack.settings.legal_ground,
    )
    yield to_account(stack, platform, account_id, content, None)


def _put_up(stack: Stack, event: Event) -> datetime | None:
    """When its upload came; None of one that is gone by now."""
    found = stack.uploads.get_many([str(event.detail["upload_id"])])
    return next((one.received_at for one in found), None)


def lifted_block(stack: Stack, event: Event) -> Iterator[Addressed]:
    """That a block is over, and whether another stays."""
    platform, account_id = account_of(event)
    content = contents.block_lifted(
        platform=platform, since=event.at, still_blocked=bool(event.detail["blocked"])
    )
    case_id = event.detail["case_id"]
    yield to_account(stack, platform, account_id, content, None if case_id is None else str(case_id))

"""An account holder's own view of what was decided about them, opened by a link; and their appeal by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from staydown.aws.stack import Stack
from staydown.domain.accounts.account import MANUAL_BLOCK
from staydown.domain.cases.appeals import Appeal, match_appeal_id, require_appealable_decision
from staydown.domain.errors import Conflict, StaydownError
from staydown.domain.ids import derived_block_appeal_id
from staydown.notices.notice import Notice, NoticeLink, Recipient
from staydown.services.appeals.appeal_block import appeal_block
from staydown.services.appeals.appeal_case_decision import appeal_case_decision, decision_appeal_id
from staydown.services.appeals.appeal_match import appeal_match, case_for_match_appeal
from staydown.services.notices.notice_links import resolve_notice_link


@dataclass(frozen=True, slots=True)
class NoticeView:
    """notices: the one that the link is of, and all of the same matter (a case, an upload that the bank alone
    stopped, or a block by hand), oldest first.

    appealable_until: when an appeal can still be filed; absent when none can be. appeal: the one that was.
    """

    platform: str
    account_id: str
    notices: tuple[Notice, ...]
    appealable_until: datetime | None
    appeal: Appeal | None


@dataclass(frozen=True, slots=True)
class _AppealStatus:
    appeal: Appeal | None = None
    open_until: datetime | None = None


def view_notice(stack: Stack, token: str) -> NoticeView:
    link = resolve_notice_link(stack, token)
    platform, account_id = link.recipient.account
    linked = stack.notices.get(link.recipient, link.notice_id)
    notices = _related_notices(stack, link, linked) if linked is not None else ()
    redress = _AppealStatus()
    if linked is not None and linked.case_id is not None:
        redress = _decision_appeal_status(stack, linked.case_id, link.recipient)
    elif linked is not None and linked.appealable_upload_id is not None:
        redress = _match_appeal_status(stack, linked.appealable_upload_id, notices)
    elif linked is not None and linked.appealable_block_since is not None:
        redress = _block_appeal_status(stack, linked.appealable_block_since, link.recipient)
    return NoticeView(platform, account_id, notices, redress.open_until, redress.appeal)


def appeal_by_link(stack: Stack, token: str, statement: str) -> Appeal:
    """File the appeal of what the notice is about; Conflict where there is none here."""
    link = resolve_notice_link(stack, token)
    platform, account_id = link.recipient.account
    notice = stack.notices.get(link.recipient, link.notice_id)
    if notice is not None and notice.case_id is not None:
        return appeal_case_decision(
            stack, platform=platform, account_id=account_id, case_id=notice.case_id, statement=statement
        )
    if notice is not None and notice.appealable_upload_id is not None:
        return appeal_match(
            stack,
            platform=platform,
            account_id=account_id,
            upload_id=notice.appealable_upload_id,
            statement=statement,
        )
    if notice is not None and notice.appealable_block_since is not None:
        return appeal_block(
            stack,
            platform=platform,
            account_id=account_id,
            statement=statement,
            block_since=notice.appealable_block_since,
        )
    raise Conflict("What this notice tells of can't be appealed here; tell the platform what is wrong.")


def _related_notices(stack: Stack, link: NoticeLink, linked: Notice) -> tuple[Notice, ...]:
    matter = _subject_key(linked)
    if not any(matter):
        return (linked,)
    return tuple(
        reversed([one for one in stack.notices.list_for(link.recipient) if _subject_key(one) == matter])
    )


def _subject_key(notice: Notice) -> tuple[str | datetime | None, ...]:
    return notice.case_id, notice.appealable_upload_id, notice.appealable_block_since


def _decision_appeal_status(stack: Stack, case_id: str, holder: Recipient) -> _AppealStatus:
    case = stack.cases.get_case(case_id)
    if case is None:
        return _AppealStatus()
    appeal = stack.cases.get_appeal(decision_appeal_id(case_id, *holder.account))
    if appeal is not None or case.decision is None or holder.account not in case.blocked_accounts:
        return _AppealStatus(appeal)
    window = stack.settings.appeal_window
    try:
        require_appealable_decision(case, now=stack.now(), window=window)
    except StaydownError:
        return _AppealStatus()
    return _AppealStatus(open_until=case.decision.at + window)


def _match_appeal_status(stack: Stack, upload_id: str, notices: tuple[Notice, ...]) -> _AppealStatus:
    """Stopped again for something else, it may be appealed again."""
    upload = stack.uploads.get(upload_id)
    if upload is None:
        return _AppealStatus()
    try:
        case = case_for_match_appeal(stack, upload)
    except StaydownError:  # it is free by now, or erased, or the time is over: what was asked before is told
        asked = [str(one.values["appeal_id"]) for one in notices if "appeal_id" in one.values]
        return _AppealStatus(stack.cases.get_appeal(asked[-1]) if asked else None)
    appeal = stack.cases.get_appeal(match_appeal_id(case.case_id, upload_id))
    until = upload.updated_at + stack.settings.appeal_window
    return _AppealStatus(appeal, until if appeal is None else None)


def _block_appeal_status(stack: Stack, since: datetime, holder: Recipient) -> _AppealStatus:
    appeal = stack.cases.get_appeal(derived_block_appeal_id(*holder.account, since))
    block = stack.accounts.get(*holder.account).blocks.get(MANUAL_BLOCK)
    if appeal is not None or block is None or block.since != since:
        return _AppealStatus(appeal)
    window = stack.settings.appeal_window
    return _AppealStatus(open_until=since + window if stack.now() <= since + window else None)

"""An account holder's own view of what was decided about them, opened by a link; and their appeal by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from staydown.aws.stack import Stack
from staydown.domain.accounts import MANUAL
from staydown.domain.appeals import Appeal, check_appealable, stop_appeal_id
from staydown.domain.errors import Conflict, StaydownError
from staydown.domain.ids import derived_block_appeal_id
from staydown.domain.notices import Notice, NoticeLink, Recipient
from staydown.services.appeals.appeal_block import appeal_block
from staydown.services.appeals.appeal_stop import appeal_stop, case_to_ask
from staydown.services.appeals.file_appeal import appeal_id_of, file_appeal
from staydown.services.notices.notice_links import open_link


@dataclass(frozen=True, slots=True)
class FollowedNotice:
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
class _Redress:
    appeal: Appeal | None = None
    until: datetime | None = None


def follow_notice(stack: Stack, token: str) -> FollowedNotice:
    link = open_link(stack, token)
    platform, account_id = link.recipient.account
    linked = stack.notices.get(link.recipient, link.notice_id)
    notices = _of_one_matter(stack, link, linked) if linked is not None else ()
    redress = _Redress()
    if linked is not None and linked.case_id is not None:
        redress = _of_case(stack, linked.case_id, link.recipient)
    elif linked is not None and linked.upload_id is not None:
        redress = _of_stop(stack, linked.upload_id, notices)
    elif linked is not None and linked.block_since is not None:
        redress = _of_block(stack, linked.block_since, link.recipient)
    return FollowedNotice(platform, account_id, notices, redress.until, redress.appeal)


def appeal_by_link(stack: Stack, token: str, statement: str) -> Appeal:
    """File the appeal of what the notice is about; Conflict where there is none here."""
    link = open_link(stack, token)
    platform, account_id = link.recipient.account
    notice = stack.notices.get(link.recipient, link.notice_id)
    if notice is not None and notice.case_id is not None:
        return file_appeal(
            stack, platform=platform, account_id=account_id, case_id=notice.case_id, statement=statement
        )
    if notice is not None and notice.upload_id is not None:
        return appeal_stop(
            stack, platform=platform, account_id=account_id, upload_id=notice.upload_id, statement=statement
        )
    if notice is not None and notice.block_since is not None:
        return appeal_block(
            stack, platform=platform, account_id=account_id, statement=statement, since=notice.block_since
        )
    raise Conflict("What this notice tells of can't be appealed here; tell the platform what is wrong.")


def _of_one_matter(stack: Stack, link: NoticeLink, linked: Notice) -> tuple[Notice, ...]:
    matter = _matter(linked)
    if not any(matter):
        return (linked,)
    return tuple(reversed([one for one in stack.notices.of(link.recipient) if _matter(one) == matter]))


def _matter(notice: Notice) -> tuple[str | datetime | None, ...]:
    return notice.case_id, notice.upload_id, notice.block_since


def _of_case(stack: Stack, case_id: str, holder: Recipient) -> _Redress:
    case = stack.cases.case(case_id)
    if case is None:
        return _Redress()
    appeal = stack.cases.appeal(appeal_id_of(case_id, *holder.account))
    if appeal is not None or case.decision is None or holder.account not in case.blocked:
        return _Redress(appeal)
    window = stack.settings.appeal_window
    try:
        check_appealable(case, now=stack.now(), window=window)
    except StaydownError:
        return _Redress()
    return _Redress(until=case.decision.at + window)


def _of_stop(stack: Stack, upload_id: str, notices: tuple[Notice, ...]) -> _Redress:
    """Stopped again for something else, it may be appealed again."""
    upload = stack.uploads.get(upload_id)
    if upload is None:
        return _Redress()
    try:
        case = case_to_ask(stack, upload)
    except StaydownError:  # it is free by now, or erased, or the time is over: what was asked before is told
        asked = [str(one.values["appeal_id"]) for one in notices if "appeal_id" in one.values]
        return _Redress(stack.cases.appeal(asked[-1]) if asked else None)
    appeal = stack.cases.appeal(stop_appeal_id(case.case_id, upload_id))
    until = upload.updated_at + stack.settings.appeal_window
    return _Redress(appeal, until if appeal is None else None)


def _of_block(stack: Stack, since: datetime, holder: Recipient) -> _Redress:
    appeal = stack.cases.appeal(derived_block_appeal_id(*holder.account, since))
    block = stack.accounts.get(*holder.account).blocks.get(MANUAL)
    if appeal is not None or block is None or block.since != since:
        return _Redress(appeal)
    window = stack.settings.appeal_window
    return _Redress(until=since + window if stack.now() <= since + window else None)

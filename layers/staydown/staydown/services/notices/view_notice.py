"""The page of a notice, as an account holder sees it by its link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from staydown.aws.stack import Stack
from staydown.domain.accounts.account import MANUAL_BLOCK
from staydown.domain.cases.appeals import (
    Appeal,
    decision_appeal_id,
    match_appeal_id,
    require_appealable_decision,
)
from staydown.domain.errors import StaydownError
from staydown.domain.ids import derived_block_appeal_id
from staydown.notices.notice import Notice, NoticeLink, Recipient
from staydown.services.access.appeals import case_for_match_appeal
from staydown.services.notices.notice_links import resolve_notice_link


@dataclass(frozen=True, slots=True)
class NoticeView:
    """The notices of one matter: a case, an upload that a match stopped, or a manual block."""

    platform: str
    account_id: str
    notices: tuple[Notice, ...]
    """The notice of the link and the others of the same matter, the oldest first."""
    appealable_until: datetime | None
    """Until when an appeal can be filed; None where none can be."""
    appeal: Appeal | None
    """The appeal that was filed."""


@dataclass(frozen=True, slots=True)
class _AppealStatus:
    appeal: Appeal | None = None
    open_until: datetime | None = None


def view_notice(stack: Stack, token: str) -> NoticeView:
    link = resolve_notice_link(stack, token)
    platform, account_id = link.recipient.account
    linked = stack.notices.get(link.recipient, link.notice_id)
    notices = _related_notices(stack, link, linked) if linked is not None else ()
    status = _AppealStatus()
    if linked is not None and linked.case_id is not None:
        status = _decision_appeal_status(stack, linked.case_id, link.recipient)
    elif linked is not None and linked.appealable_upload_id is not None:
        status = _match_appeal_status(stack, linked.appealable_upload_id, notices)
    elif linked is not None and linked.appealable_block_since is not None:
        status = _block_appeal_status(stack, linked.appealable_block_since, link.recipient)
    return NoticeView(platform, account_id, notices, status.open_until, status.appeal)


def _related_notices(stack: Stack, link: NoticeLink, linked: Notice) -> tuple[Notice, ...]:
    subject = _subject_key(linked)
    if not any(subject):
        return (linked,)
    return tuple(
        reversed([one for one in stack.notices.list_for(link.recipient) if _subject_key(one) == subject])
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
    """Return the status of a match appeal. A stop by another entry can be appealed again."""
    upload = stack.uploads.get(upload_id)
    if upload is None:
        return _AppealStatus()
    try:
        case = case_for_match_appeal(stack, upload)
    except StaydownError:  # released, erased, or too late: show the earlier appeal
        appeal_ids = [str(one.values["appeal_id"]) for one in notices if "appeal_id" in one.values]
        return _AppealStatus(stack.cases.get_appeal(appeal_ids[-1]) if appeal_ids else None)
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

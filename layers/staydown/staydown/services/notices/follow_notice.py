"""An account holder's own view of what was decided about them, opened by a link; and their appeal by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from staydown.aws.stack import Stack
from staydown.domain.appeals import Appeal, check_appealable
from staydown.domain.cases import Case
from staydown.domain.errors import Conflict, StaydownError
from staydown.domain.notices import Notice, NoticeLink, Recipient
from staydown.services.appeals.file_appeal import appeal_id_of, file_appeal
from staydown.services.notices.notice_links import open_link


@dataclass(frozen=True, slots=True)
class FollowedNotice:
    """notices: the one that the link is of, and all of the same case, oldest first.

    appealable_until: when an appeal can still be filed; absent when none can be. appeal: the one that was.
    """

    platform: str
    account_id: str
    notices: tuple[Notice, ...]
    appealable_until: datetime | None
    appeal: Appeal | None


def follow_notice(stack: Stack, token: str) -> FollowedNotice:
    link = open_link(stack, token)
    platform, account_id = link.recipient.account
    notices = _of_one_matter(stack, link)
    case_id = notices[0].case_id if notices else None
    case = stack.cases.case(case_id) if case_id is not None else None
    appeal = None
    if case is not None:
        appeal = stack.cases.appeal(appeal_id_of(case.case_id, platform, account_id))
    until = _appealable_until(stack, case, link.recipient) if appeal is None else None
    return FollowedNotice(platform, account_id, notices, until, appeal)


def appeal_by_link(stack: Stack, token: str, statement: str) -> Appeal:
    """File the appeal of the case that the notice is about; Conflict for a notice that is about none."""
    link = open_link(stack, token)
    platform, account_id = link.recipient.account
    notice = stack.notices.get(link.recipient, link.notice_id)
    if notice is None or notice.case_id is None:
        raise Conflict(
            "What this notice tells of was not decided in a case; tell the platform what is wrong."
        )
    return file_appeal(
        stack, platform=platform, account_id=account_id, case_id=notice.case_id, statement=statement
    )


def _of_one_matter(stack: Stack, link: NoticeLink) -> tuple[Notice, ...]:
    linked = stack.notices.get(link.recipient, link.notice_id)
    if linked is None:
        return ()
    if linked.case_id is None:
        return (linked,)
    mine = [one for one in stack.notices.of(link.recipient) if one.case_id == linked.case_id]
    return tuple(reversed(mine))


def _appealable_until(stack: Stack, case: Case | None, holder: Recipient) -> datetime | None:
    if case is None or case.decision is None or holder.account not in case.blocked:
        return None
    window = stack.settings.appeal_window
    try:
        check_appealable(case, now=stack.now(), window=window)
    except StaydownError:
        return None
    return case.decision.at + window

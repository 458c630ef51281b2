"""An account holder files an appeal by the link of a notice, without an account."""

from __future__ import annotations

from staydown.aws.stack import Stack
from staydown.domain.cases.appeals import Appeal
from staydown.domain.errors import Conflict
from staydown.services.appeals.appeal_block import appeal_block
from staydown.services.appeals.appeal_case_decision import appeal_case_decision
from staydown.services.appeals.appeal_match import appeal_match
from staydown.services.notices.notice_links import resolve_notice_link


def appeal_by_link(stack: Stack, token: str, statement: str) -> Appeal:
    """File an appeal of what the notice is about. Raise Conflict where it cannot be appealed here."""
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
    raise Conflict("This notice can't be appealed here. Contact the platform.")

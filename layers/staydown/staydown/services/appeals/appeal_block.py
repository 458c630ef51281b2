"""The account holder appeals a block that a reviewer has set by hand; another reviewer answers."""

from __future__ import annotations

from datetime import datetime

from staydown.aws.stack import Stack
from staydown.domain.accounts.account import MANUAL_BLOCK, Block
from staydown.domain.cases.appeals import Appeal, AppealOutcome, require_appealable_block
from staydown.domain.errors import Conflict, SameReviewer
from staydown.domain.events import EventType
from staydown.domain.ids import derived_block_appeal_id
from staydown.services.accounts.save_account import emit_manual_block_event, save_account
from staydown.services.appeals.appeal_case_decision import ACCOUNT_HOLDER
from staydown.services.retries import retry_on_conflict


@retry_on_conflict
def appeal_block(
    stack: Stack, *, platform: str, account_id: str, statement: str, block_since: datetime | None = None
) -> Appeal:
    """Appeal the block by hand of this account; the same appeal told twice is one.

    since: of the block that is meant. Conflict where there is none, or its window is over.
    """
    account = stack.accounts.get(platform, account_id)
    block = account.blocks.get(MANUAL_BLOCK)
    if block is None or block_since not in {None, block.since}:
        raise Conflict("No block by hand holds this account, or that one no more: nothing to appeal.")
    appeal_id = derived_block_appeal_id(platform, account_id, block.since)
    known = stack.cases.get_appeal(appeal_id)
    if known is not None:
        return known
    now = stack.now()
    require_appealable_block(block, now=now, window=stack.settings.appeal_window)
    appeal = Appeal(appeal_id, None, platform, account_id, statement, filed_at=now, block=block)
    transaction = stack.transaction()
    stack.cases.save_appeal(transaction, appeal)
    details = {"appeal_id": appeal_id}
    save_account(stack, transaction, account, actor=ACCOUNT_HOLDER, action="appeal.filed", details=details)
    event = {"appeal_id": appeal_id, "case_id": None, "platform": platform, "account_id": account_id}
    stack.outbox.add(transaction, EventType.APPEAL_FILED, event, at=now)
    transaction.commit()
    return appeal


def decide_block_appeal(
    stack: Stack, appeal: Appeal, block: Block, outcome: AppealOutcome, reasons: str, reviewer: str
) -> Appeal:
    """Answer it; upheld, this very block is lifted, and whatever else blocks the account stays.

    SameReviewer for who has set it. The account is written in place of the version that was read, so a block
    that is set anew at the same moment is another.
    """
    if block.set_by == reviewer:
        raise SameReviewer("You have set this block; somebody else has to decide its appeal.")
    now = stack.now()
    decided = appeal.decided(outcome, reasons, reviewer=reviewer, now=now)
    account = stack.accounts.get(appeal.platform, appeal.account_id)
    lifts = outcome is AppealOutcome.GRANTED and account.blocks.get(MANUAL_BLOCK) == block
    transaction = stack.transaction()
    stack.cases.save_appeal(transaction, decided, until=now + stack.settings.retention.case)
    told = {"appeal_id": appeal.appeal_id, "outcome": outcome.value, "party": appeal.party.value}
    account = save_account(
        stack,
        transaction,
        account.without_block(MANUAL_BLOCK) if lifts else account,
        actor=reviewer,
        action=f"appeal.{outcome.value}",
        details=told,
    )
    if lifts:
        emit_manual_block_event(stack, transaction, EventType.ACCOUNT_UNBLOCKED, account)
    event = {
        "appeal_id": appeal.appeal_id,
        "outcome": outcome.value,
        "case_id": None,
        "platform": appeal.platform,
        "account_id": appeal.account_id,
    }
    stack.outbox.add(transaction, EventType.APPEAL_DECIDED, event, at=now)
    transaction.commit()
    return decided

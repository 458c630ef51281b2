"""The account holder appeals a manual block, and a different reviewer decides."""

from __future__ import annotations

from datetime import datetime

from staydown.aws.stack import Stack
from staydown.domain.accounts.account import MANUAL_BLOCK
from staydown.domain.audit.actors import ACCOUNT_HOLDER, Actor
from staydown.domain.audit.case_details import AppealDecided, AppealFiled
from staydown.domain.cases.appeals import Appeal, AppealOutcome, BlockAppeal, require_appealable_block
from staydown.domain.errors import Conflict, SameReviewer
from staydown.domain.events import AccountUnblocked
from staydown.domain.events import AppealDecided as AppealDecidedEvent
from staydown.domain.events import AppealFiled as AppealFiledEvent
from staydown.domain.ids import derived_block_appeal_id
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import UnitOfWork


@retry_on_conflict
def appeal_block(
    stack: Stack, *, platform: str, account_id: str, statement: str, block_since: datetime | None = None
) -> Appeal:
    """Appeal the manual block of an account. The same appeal twice is one.

    block_since: when the block began that is meant. Raise Conflict where there is no such block, or its
    appeal window is over.
    """
    uow = UnitOfWork(stack, ACCOUNT_HOLDER)
    account = stack.accounts.get(platform, account_id)
    block = account.blocks.get(MANUAL_BLOCK)
    if block is None or block_since not in {None, block.since}:
        raise Conflict("This account has no manual block to appeal, or the block was lifted.")
    appeal_id = derived_block_appeal_id(platform, account_id, block.since)
    known = stack.cases.get_appeal(appeal_id)
    if known is not None:
        return known
    require_appealable_block(block, now=uow.now, window=stack.settings.appeal_window)
    appeal = BlockAppeal(
        appeal_id=appeal_id,
        platform=platform,
        account_id=account_id,
        statement=statement,
        filed_at=uow.now,
        block=block,
    )
    uow.cover(appeal, AppealFiledEvent(appeal_id, None, platform, account_id), by=account)
    uow.record(account, AppealFiled(appeal_id, still_blocked=account.blocked))
    uow.commit()
    return appeal


def decide_block_appeal(
    stack: Stack, appeal: BlockAppeal, outcome: AppealOutcome, reasons: str, reviewer: str
) -> BlockAppeal:
    """Decide the appeal of a manual block. Granted, it lifts this very block; other blocks stay.

    Raise SameReviewer for the reviewer who set it. A block that was set again meanwhile is another one.
    """
    block = appeal.block
    if block.set_by == reviewer:
        raise SameReviewer("You set this block. A different reviewer must decide its appeal.")
    uow = UnitOfWork(stack, Actor.reviewer(reviewer))
    account = stack.accounts.get(appeal.platform, appeal.account_id)
    decided = appeal.decided(outcome, reasons, reviewer=reviewer, now=uow.now)
    lifts = outcome is AppealOutcome.GRANTED and account.blocks.get(MANUAL_BLOCK) == block
    changed = account.without_block(MANUAL_BLOCK) if lifts else account
    details = AppealDecided(appeal.appeal_id, outcome, appeal.party, still_blocked=changed.blocked)
    uow.record(changed, details, *([AccountUnblocked.of(changed)] if lifts else []))
    event = AppealDecidedEvent(appeal.appeal_id, outcome, None, appeal.platform, appeal.account_id)
    uow.cover(decided, event, by=changed)
    uow.commit()
    return decided

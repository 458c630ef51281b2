"""Accounts: what blocks them, and blocks by hand."""

from __future__ import annotations

from staydown.aws.stack import Stack
from staydown.domain.accounts.account import MANUAL_BLOCK, Account, Block
from staydown.domain.errors import Conflict
from staydown.domain.events import EventType
from staydown.services.accounts.save_account import emit_manual_block_event, save_account
from staydown.services.retries import retry_on_conflict


def load_account(stack: Stack, *, platform: str, account_id: str) -> Account:
    """An account that was never blocked is active; whether the platform has it is the platform's to know."""
    return stack.accounts.get(platform, account_id)


@retry_on_conflict
def block_account(stack: Stack, *, platform: str, account_id: str, reason: str, reviewer: str) -> Account:
    """Block by hand, until somebody unblocks by hand or upholds its appeal. What is blocked so already stays
    as it is."""
    account = stack.accounts.get(platform, account_id)
    if MANUAL_BLOCK in account.blocks:
        return account
    blocked = account.with_block(Block(MANUAL_BLOCK, stack.now(), reason, set_by=reviewer))
    return _save_and_emit(stack, blocked, EventType.ACCOUNT_BLOCKED, "account.blocked", reviewer)


@retry_on_conflict
def unblock_account(stack: Stack, *, platform: str, account_id: str, reviewer: str) -> Account:
    """Lift the block that was set by hand. Blocks by cases stay: an appeal is the way to lift these."""
    account = stack.accounts.get(platform, account_id)
    if MANUAL_BLOCK not in account.blocks:
        if account.blocked:
            holders = sorted(block.case_id for block in account.blocks.values() if block.case_id is not None)
            raise Conflict(
                "Cases hold this account, or a review of misuse; an upheld appeal lifts the block of a case, "
                "POST /v1/review/misuse/{review_id}/lift that of a review.",
                extra={"cases": holders},
            )
        return account
    freed = account.without_block(MANUAL_BLOCK)
    return _save_and_emit(stack, freed, EventType.ACCOUNT_UNBLOCKED, "account.unblocked", reviewer)


def _save_and_emit(stack: Stack, account: Account, event: EventType, action: str, reviewer: str) -> Account:
    transaction = stack.transaction()
    account = save_account(stack, transaction, account, actor=reviewer, action=action, details={})
    emit_manual_block_event(stack, transaction, event, account)
    transaction.commit()
    return account

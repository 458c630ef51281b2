"""Accounts: what blocks them, and blocks by hand."""

from __future__ import annotations

from staydown.aws.stack import Stack
from staydown.domain.accounts import MANUAL, Account, Block
from staydown.domain.errors import Conflict
from staydown.domain.events import EventType
from staydown.services.accounts.save_account import announce_hand, save_account
from staydown.services.retrying import retried


def show_account(stack: Stack, *, platform: str, account_id: str) -> Account:
    """An account that was never blocked is active; whether the platform has it is the platform's to know."""
    return stack.accounts.get(platform, account_id)


@retried
def block_account(stack: Stack, *, platform: str, account_id: str, reason: str, reviewer: str) -> Account:
    """Block by hand, until somebody unblocks by hand or upholds its appeal. What is blocked so already stays
    as it is."""
    account = stack.accounts.get(platform, account_id)
    if MANUAL in account.blocks:
        return account
    blocked = account.held_by(Block(MANUAL, stack.now(), reason, by=reviewer))
    return _write(stack, blocked, EventType.ACCOUNT_BLOCKED, "account.blocked", reviewer)


@retried
def unblock_account(stack: Stack, *, platform: str, account_id: str, reviewer: str) -> Account:
    """Lift the block that was set by hand. Blocks by cases stay: an appeal is the way to lift these."""
    account = stack.accounts.get(platform, account_id)
    if MANUAL not in account.blocks:
        if account.blocked:
            holders = sorted(block.case_id for block in account.blocks.values() if block.case_id is not None)
            raise Conflict(
                "Cases hold this account, or a review of misuse; an upheld appeal lifts the block of a case, "
                "POST /v1/review/misuse/{review_id}/lift that of a review.",
                extra={"cases": holders},
            )
        return account
    freed = account.released_by(MANUAL)
    return _write(stack, freed, EventType.ACCOUNT_UNBLOCKED, "account.unblocked", reviewer)


def _write(stack: Stack, account: Account, event: EventType, action: str, reviewer: str) -> Account:
    transaction = stack.transaction()
    account = save_account(stack, transaction, account, actor=reviewer, action=action, details={})
    announce_hand(stack, transaction, event, account)
    transaction.commit()
    return account

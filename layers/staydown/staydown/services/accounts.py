"""Accounts: manual blocks, and the language of the account holder."""

from __future__ import annotations

from dataclasses import replace

from staydown.aws.stack import Stack
from staydown.domain.accounts.account import MANUAL_BLOCK, Account, Block
from staydown.domain.audit.account_details import ManualBlockChanged
from staydown.domain.audit.actors import Actor
from staydown.domain.cases.case import Case
from staydown.domain.errors import Conflict
from staydown.domain.events import AccountBlocked, AccountUnblocked
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import Maintenance, UnitOfWork


def load_account(stack: Stack, *, platform: str, account_id: str) -> Account:
    """Return an account. One that was never blocked is active; only the platform knows whether it exists."""
    return stack.accounts.get(platform, account_id)


@retry_on_conflict
def block_account(stack: Stack, *, platform: str, account_id: str, reason: str, reviewer: str) -> Account:
    """Block an account manually, until a senior unblocks it or its appeal is granted.

    An account with a manual block stays as it is.
    """
    uow = UnitOfWork(stack, Actor.reviewer(reviewer))
    account = stack.accounts.get(platform, account_id)
    if MANUAL_BLOCK in account.blocks:
        return account
    block = Block(MANUAL_BLOCK, uow.now, reason, set_by=reviewer)
    blocked = account.with_block(block)
    blocked = uow.record(blocked, ManualBlockChanged(True, True), AccountBlocked.of(blocked))
    uow.commit()
    return blocked


@retry_on_conflict
def unblock_account(stack: Stack, *, platform: str, account_id: str, reviewer: str) -> Account:
    """Lift the manual block of an account. Raise Conflict where only cases or misuse reviews block it."""
    uow = UnitOfWork(stack, Actor.reviewer(reviewer))
    account = stack.accounts.get(platform, account_id)
    if MANUAL_BLOCK not in account.blocks:
        _require_unblocked(account)
        return account
    unblocked = account.without_block(MANUAL_BLOCK)
    details = ManualBlockChanged(False, unblocked.blocked)
    unblocked = uow.record(unblocked, details, AccountUnblocked.of(unblocked))
    uow.commit()
    return unblocked


def _require_unblocked(account: Account) -> None:
    if account.blocked:
        case_ids = sorted(block.case_id for block in account.blocks.values() if block.case_id is not None)
        raise Conflict(
            "The account has no manual block. A granted appeal lifts the block of a case, "
            "and POST /v1/review/misuse/{review_id}/lift that of a misuse review.",
            extra={"cases": case_ids},
        )


def remove_case_block(uow: UnitOfWork, case: Case, platform: str, account_id: str) -> None:
    """Remove the block of this case from an account."""
    unblocked = uow.stack.accounts.get(platform, account_id).without_block(case.case_id)
    uow.cover(unblocked, AccountUnblocked.of(unblocked, case_id=case.case_id), by=case)


@retry_on_conflict
def set_language(stack: Stack, *, platform: str, account_id: str, language: str) -> Account:
    """Set the language of further notices to the account holder. language: a BCP 47 tag."""
    account = stack.accounts.get(platform, account_id)
    if account.language == language:
        return account
    uow = UnitOfWork(stack)
    changed = uow.maintain(replace(account, language=language), Maintenance.LANGUAGE)
    uow.commit()
    return changed

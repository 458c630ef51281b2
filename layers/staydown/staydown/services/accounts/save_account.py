"""Writing an account: never without the line of its audit that says why."""

from __future__ import annotations

from collections.abc import Mapping

from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.accounts.account import Account
from staydown.domain.events import EventType


def save_account(
    stack: Stack,
    transaction: Transaction,
    account: Account,
    *,
    actor: str,
    action: str,
    details: Mapping[str, object],
) -> Account:
    """Add the account, in place of the version it was read at, and its record; the account as it will be."""
    head = stack.audit.append(
        transaction,
        f"account:{account.platform}#{account.account_id}",
        account.audit,
        at=stack.now(),
        actor=actor,
        action=action,
        details={**details, "still_blocked": account.blocked},
    )
    account = account.with_audit(head)
    stack.accounts.save(transaction, account)
    return account


def emit_manual_block_event(
    stack: Stack, transaction: Transaction, event: EventType, account: Account
) -> None:
    """Tell the outside of a block by hand, or of its end."""
    detail = {
        "platform": account.platform,
        "account_id": account.account_id,
        "case_id": None,
        "blocked": account.blocked,
    }
    stack.outbox.add(transaction, event, detail, at=stack.now())

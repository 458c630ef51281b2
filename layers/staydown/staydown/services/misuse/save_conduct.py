"""Writing where an account stands on the ladder: never without the line of its audit that says why."""

from __future__ import annotations

from collections.abc import Mapping

from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.accounts import Account
from staydown.domain.events import EventType
from staydown.domain.misuse import Conduct, MisuseReview, Seen


def seen_of(stack: Stack, platform: str, account_id: str) -> Seen:
    since = stack.now() - stack.settings.ladder.window
    return stack.uploads.seen_of(platform, account_id, since=since)


def save_conduct(
    stack: Stack,
    transaction: Transaction,
    account: Account,
    *,
    actor: str,
    action: str,
    details: Mapping[str, object],
) -> None:
    head = stack.audit.append(
        transaction,
        f"account:{account.platform}#{account.account_id}",
        account.audit,
        at=stack.now(),
        actor=actor,
        action=action,
        details=details,
    )
    stack.accounts.save(transaction, account.with_audit(head))


def announce_warning(stack: Stack, transaction: Transaction, account: Account, conduct: Conduct) -> None:
    """By this event its holder is told of it."""
    event = {
        "platform": account.platform,
        "account_id": account.account_id,
        "uploads": list(conduct.warned_for),
    }
    stack.outbox.add(transaction, EventType.ACCOUNT_WARNED, event, at=stack.now())


def announce_block(
    stack: Stack, transaction: Transaction, event: EventType, account: Account, review: MisuseReview
) -> None:
    detail = {
        "platform": account.platform,
        "account_id": account.account_id,
        "case_id": None,
        "review_id": review.review_id,
        "blocked": account.blocked,
    }
    stack.outbox.add(transaction, event, detail, at=stack.now())

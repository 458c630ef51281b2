"""Writing where somebody stands on the ladder: never without the line of their audit that says why."""

from __future__ import annotations

from collections.abc import Mapping

from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.accounts.account import Account
from staydown.domain.accounts.misuse import MisuseReview, StrikeStatus
from staydown.domain.accounts.strikes import MisuseSubject
from staydown.domain.accounts.verified_reporters import VerifiedReporter
from staydown.domain.events import EventType


def save_strike_status(
    stack: Stack,
    transaction: Transaction,
    subject: MisuseSubject,
    record: Account | VerifiedReporter,
    *,
    actor: str,
    action: str,
    details: Mapping[str, object],
) -> None:
    head = stack.audit.append(
        transaction,
        subject.audit_chain,
        record.audit,
        at=stack.now(),
        actor=actor,
        action=action,
        details=details,
    )
    if isinstance(record, VerifiedReporter):
        stack.verified_reporters.save(transaction, record.with_audit(head))
    else:
        stack.accounts.save(transaction, record.with_audit(head))


def emit_account_warned(
    stack: Stack, transaction: Transaction, subject: MisuseSubject, strike_status: StrikeStatus
) -> None:
    """By this event the holder of an account is told of it."""
    platform, account_id = subject.account
    event = {"platform": platform, "account_id": account_id, "uploads": list(strike_status.warned_strikes)}
    stack.outbox.add(transaction, EventType.ACCOUNT_WARNED, event, at=stack.now())


def emit_reporter_event(
    stack: Stack, transaction: Transaction, event: EventType, review: MisuseReview
) -> None:
    """By this event who reports is told of it, with the last report that the review rests on."""
    stack.outbox.add(transaction, event, {"review_id": review.review_id}, at=stack.now())


def emit_misuse_block_event(
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

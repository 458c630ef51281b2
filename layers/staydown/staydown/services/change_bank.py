"""Changing what entries of the bank rest on, in somebody else's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from staydown.aws.bank_store import Stored
from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.bank import Entry, Support
from staydown.domain.events import EventType


def withdraw_supports(
    stack: Stack, transaction: Transaction, stored: Iterable[Stored], gone: Iterable[Support]
) -> None:
    """Take these supports from the entries; an entry that rests on nothing then is inactive."""
    withdrawn = set(gone)
    changed: list[tuple[Entry, int]] = [
        (replace(one.entry, supports=one.entry.supports - withdrawn), one.seq)
        for one in stored
        if one.entry.supports & withdrawn
    ]
    if not changed:
        return
    seq = stack.bank.append(transaction, stack.bank.head(), changed)
    announce_bank(stack, transaction, (entry.entry_id for entry, _ in changed), seq)


def announce_bank(stack: Stack, transaction: Transaction, entry_ids: Iterable[str], seq: int) -> None:
    """Have what is already up swept for the changed entries, and what they alone stopped released."""
    details = {"entries": sorted(entry_ids), "seq": seq}
    stack.outbox.add(transaction, EventType.BANK_CHANGED, details, at=stack.now())

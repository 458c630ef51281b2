"""Changing what entries of the bank rest on, in somebody else's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.bank import Entry, Source, Support
from staydown.domain.cases import Case
from staydown.domain.events import EventType


def withdraw_supports(
    stack: Stack, transaction: Transaction, gone: Mapping[str, Collection[Support]]
) -> list[tuple[str, Support]]:
    """Take from each entry, by its id, these supports; an entry that rests on nothing then is inactive.

    What was taken, and from which: an entry that did not rest on it is not among them.
    """
    found = stack.bank.entries(gone)
    changed: list[tuple[Entry, int]] = [
        (replace(one.entry, supports=one.entry.supports - set(gone[entry_id])), one.seq)
        for entry_id, one in found.items()
        if one.entry.supports & set(gone[entry_id])
    ]
    if not changed:
        return []
    seq = stack.bank.append(transaction, stack.bank.head(), changed)
    announce_bank(stack, transaction, (entry.entry_id for entry, _ in changed), seq)
    taken = [(entry_id, one) for entry_id, known in found.items() for one in known.entry.supports]
    return sorted((entry_id, one) for entry_id, one in taken if one in gone[entry_id])


def announce_bank(stack: Stack, transaction: Transaction, entry_ids: Iterable[str], seq: int) -> None:
    """Have what is already up swept for the changed entries, and what they alone stopped released."""
    details = {"entries": sorted(entry_ids), "seq": seq}
    stack.outbox.add(transaction, EventType.BANK_CHANGED, details, at=stack.now())


def claims_of(case: Case) -> set[Support]:
    """What the reports of a case made entries rest on."""
    return {Support(Source.REPORT, number) for number in case.reports}

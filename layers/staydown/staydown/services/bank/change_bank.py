"""Changing what entries of the bank rest on, in somebody else's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from staydown.aws.bank_store import Head, Stored
from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.bank import MAX_CLAIMS, Entry, Source, Support
from staydown.domain.cases import Case
from staydown.domain.events import EventType


def withdraw_supports(
    stack: Stack, transaction: Transaction, gone: Mapping[str, Collection[Support]]
) -> list[tuple[str, Support]]:
    """Take from each entry, by its id, these supports; an entry that rests on nothing then is inactive.

    What was taken, and from which: an entry that did not rest on it is not among them.
    """
    found = stack.bank.entries(gone)
    changed = [
        (one, replace(one.entry, supports=one.entry.supports - set(gone[entry_id])))
        for entry_id, one in found.items()
        if one.entry.supports & set(gone[entry_id])
    ]
    change_entries(stack, transaction, stack.bank.head(), changed)
    taken = [(entry_id, one) for entry_id, known in found.items() for one in known.entry.supports]
    return sorted((entry_id, one) for entry_id, one in taken if one in gone[entry_id])


def change_entries(
    stack: Stack, transaction: Transaction, head: Head, changed: Collection[tuple[Stored, Entry]]
) -> None:
    """Write entries in place of what was read; those that stop something else than before are swept for."""
    if not changed:
        return
    seq = stack.bank.append(transaction, head, [(entry, was.seq) for was, entry in changed])
    moved = [entry.entry_id for was, entry in changed if not entry.stops_as(was.entry)]
    if moved:
        announce_bank(stack, transaction, moved, seq)


def announce_bank(stack: Stack, transaction: Transaction, entry_ids: Iterable[str], seq: int) -> None:
    """Have what is already up swept for the changed entries, and what they alone stopped released."""
    details = {"entries": sorted(entry_ids), "seq": seq}
    stack.outbox.add(transaction, EventType.BANK_CHANGED, details, at=stack.now())


def claim_on(entry: Entry, case: Case, case_number: str) -> Support:
    """What a report of this case makes an entry rest on: itself, or the case for all further ones."""
    claims = sum(support.source is Source.REPORT for support in entry.supports)
    alone = claims < MAX_CLAIMS or entry.entry_id not in case.entries
    return Support(Source.REPORT, case_number if alone else case.case_id)


def claims_of(case: Case) -> set[Support]:
    """What the reports of a case made entries rest on."""
    return {Support(Source.REPORT, reference) for reference in (case.case_id, *case.reports)}

"""Changing what entries of the bank rest on, in somebody else's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from staydown.aws.bank_store import BankHead, StoredEntry
from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.bank.entry import MAX_REPORT_SUPPORTS, BankEntry, Support, SupportSource
from staydown.domain.cases.case import Case
from staydown.domain.events import EventType


def withdraw_supports(
    stack: Stack, transaction: Transaction, withdrawn: Mapping[str, Collection[Support]]
) -> list[tuple[str, Support]]:
    """Take from each entry, by its id, these supports; an entry that rests on nothing then is inactive.

    What was taken, and from which: an entry that did not rest on it is not among them.
    """
    found = stack.bank.get_entries(withdrawn)
    changed = [
        (one, replace(one.entry, supports=one.entry.supports - set(withdrawn[entry_id])))
        for entry_id, one in found.items()
        if one.entry.supports & set(withdrawn[entry_id])
    ]
    save_entries(stack, transaction, stack.bank.get_head(), changed)
    taken = [(entry_id, one) for entry_id, known in found.items() for one in known.entry.supports]
    return sorted((entry_id, one) for entry_id, one in taken if one in withdrawn[entry_id])


def save_entries(
    stack: Stack, transaction: Transaction, head: BankHead, changed: Collection[tuple[StoredEntry, BankEntry]]
) -> None:
    """Write entries in place of what was read; those that stop something else than before are swept for."""
    if not changed:
        return
    seq = stack.bank.append_changes(transaction, head, [(entry, was.seq) for was, entry in changed])
    moved = [entry.entry_id for was, entry in changed if not entry.has_same_effect_as(was.entry)]
    if moved:
        emit_bank_changed(stack, transaction, moved, seq)


def emit_bank_changed(stack: Stack, transaction: Transaction, entry_ids: Iterable[str], seq: int) -> None:
    """Have what is already up swept for the changed entries, and what they alone stopped released."""
    details = {"entries": sorted(entry_ids), "seq": seq}
    stack.outbox.add(transaction, EventType.BANK_CHANGED, details, at=stack.now())


def report_support(entry: BankEntry, case: Case, case_number: str) -> Support:
    """What a report of this case makes an entry rest on: itself, or the case for all further ones."""
    claims = sum(support.source is SupportSource.REPORT for support in entry.supports)
    alone = claims < MAX_REPORT_SUPPORTS or entry.entry_id not in case.entries
    return Support(SupportSource.REPORT, case_number if alone else case.case_id)


def report_supports(case: Case) -> set[Support]:
    """What the reports of a case made entries rest on."""
    return {Support(SupportSource.REPORT, reference) for reference in (case.case_id, *case.reports)}

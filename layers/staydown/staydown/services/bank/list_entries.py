"""Entries for senior reviewers: found by a hash, or listed by their last change."""

from __future__ import annotations

from dataclasses import dataclass

from staydown.aws.bank_store import StoredEntry
from staydown.aws.stack import Stack
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.bank.match import Match
from staydown.domain.ids import derived_entry_id
from staydown.services.bank.bank_view import BankView

MAX_FOUND = 100
"""Entries that a search returns at most."""


@dataclass(frozen=True, slots=True)
class FoundEntry:
    stored: StoredEntry
    match: Match | None = None
    """How the search found it; None in a list."""


def find_entries(stack: Stack, bank: BankView, pdq: PdqHash, *, max_distance: int) -> list[FoundEntry]:
    """Return the entries within `max_distance` bits (0 to 128) of a hash, the nearest MAX_FOUND.

    Rotated and mirrored views are included. An inactive entry is found only by exactly its hash.
    """
    bank.refresh()
    matches = bank.search(pdq, distance=max_distance)[:MAX_FOUND]
    stored = stack.bank.get_entries(match.entry_id for match in matches)
    found = [FoundEntry(stored[m.entry_id], m) for m in matches if m.entry_id in stored]
    if not found:
        same = stack.bank.get_entries([derived_entry_id("pdq", pdq.data)])
        found = [FoundEntry(one) for one in same.values()]
    return found


def list_entries(stack: Stack, *, before_seq: int | None, limit: int) -> tuple[list[FoundEntry], int | None]:
    """Return a page of entries, the latest change first, and `before_seq` of the next page.

    before_seq: only changes with lower numbers. limit: how many changes a page reads. An entry is on the page
    of its last change alone, so a page can have fewer entries.
    """
    last = stack.bank.get_head().seq if before_seq is None else before_seq - 1
    first = max(0, last - limit)
    changes = list(stack.bank.list_changes(first, last))
    stored = stack.bank.get_entries(change.entry.entry_id for change in changes)
    shown = [
        FoundEntry(stored[change.entry.entry_id])
        for change in reversed(changes)
        if stored[change.entry.entry_id].seq == change.seq
    ]
    return shown, first + 1 if first > 0 else None

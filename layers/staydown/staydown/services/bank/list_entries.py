"""The bank as seniors see it: found by a hash, or as it changed, the latest first."""

from __future__ import annotations

from dataclasses import dataclass

from staydown.aws.bank_store import StoredEntry
from staydown.aws.stack import Stack
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.bank.match import Match
from staydown.domain.ids import derived_entry_id
from staydown.services.bank.bank_view import BankView

MAX_FOUND = 100


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """match: how it was found; None in a list."""

    stored: StoredEntry
    match: Match | None = None


def find_entries(stack: Stack, bank: BankView, pdq: PdqHash, *, max_distance: int) -> list[FoundEntry]:
    """Entries within so many bits (0 to 128) of a hash, turned and mirrored too: the nearest MOST_FOUND.

    What matches nothing (inactive) is found by its very hash alone.
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
    """Those whose last change has a number below `before`, the latest first; where the next page starts.

    A page looks at `limit` changes, and shows the entries that none of a later number changed again.
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

"""The bank as seniors see it: found by a hash, or as it changed, the latest first."""

from __future__ import annotations

from dataclasses import dataclass

from staydown.aws.bank_store import Stored
from staydown.aws.stack import Stack
from staydown.domain.bank import Match
from staydown.domain.hashes import PdqHash
from staydown.domain.ids import derived_entry_id
from staydown.services.bank.bank_view import BankView

MOST_FOUND = 100


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """match: how it was found; None in a list."""

    stored: Stored
    match: Match | None = None


def find_entries(stack: Stack, bank: BankView, pdq: PdqHash, *, within: int) -> list[FoundEntry]:
    """Entries within so many bits (0 to 128) of a hash, turned and mirrored too: the nearest MOST_FOUND.

    What matches nothing (inactive) is found by its very hash alone.
    """
    bank.refresh()
    matches = bank.search(pdq, distance=within)[:MOST_FOUND]
    stored = stack.bank.entries(match.entry_id for match in matches)
    found = [FoundEntry(stored[m.entry_id], m) for m in matches if m.entry_id in stored]
    if not found:
        same = stack.bank.entries([derived_entry_id("pdq", pdq.data)])
        found = [FoundEntry(one) for one in same.values()]
    return found


def list_entries(stack: Stack, *, before: int | None, limit: int) -> tuple[list[FoundEntry], int | None]:
    """Those whose last change has a number below `before`, the latest first; where the next page starts.

    A page looks at `limit` changes, and shows the entries that none of a later number changed again.
    """
    last = stack.bank.head().seq if before is None else before - 1
    first = max(0, last - limit)
    changes = list(stack.bank.changes(first, last))
    stored = stack.bank.entries(change.entry.entry_id for change in changes)
    shown = [
        FoundEntry(stored[change.entry.entry_id])
        for change in reversed(changes)
        if stored[change.entry.entry_id].seq == change.seq
    ]
    return shown, first + 1 if first > 0 else None

"""The exact index of hashes: every hash within a distance, none missed, while hashes come and go."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from staydown.matching.appendable_array import AppendableArray
from staydown.matching.band_table import BandTable
from staydown.matching.hamming_distance import HASH_BITS, HammingMatches, as_words, concatenate_matches, scan

TAIL_ROWS = 16_384
"""As many hashes are scanned in the time that band tables of them take to be asked (about 60 us)."""
_GROWTH = 4
"""A table is rebuilt only together with at least a quarter as many newer rows."""


class HammingIndex:
    """256-bit hashes in rows 0, 1, 2 …; the caller keeps what each row stands for.

    The newest rows are a tail that is scanned. A full tail becomes a band table, together with the tables
    before it that are less than four times as large (a log-structured merge): so a row is sorted a few
    times in its life, adding to ten million rows never rebuilds ten million, and there are few tables to
    ask. Rows are not removed but switched off.

    Any distance from 0 to 256 is answered exactly; beyond about 64 by a scan.
    Queries may run at the same time; nothing else may run while rows are added or switched.
    """

    def __init__(self, hashes: NDArray[np.uint8] | None = None, *, tail_rows: int = TAIL_ROWS) -> None:
        """hashes: (n, 32) uint8, copied. tail_rows: how many rows are scanned before they are sorted."""
        self._tail_rows = tail_rows
        self._tables: list[BandTable] = []
        self._starts: list[int] = []
        self._tail_start = 0
        self._tail = AppendableArray(np.uint64, 4)
        self._active = AppendableArray(np.bool_)
        if hashes is not None:
            self.add(hashes)

    def __len__(self) -> int:
        """Rows, also those that are switched off."""
        return len(self._active)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return sum(table.nbytes for table in self._tables) + self._tail.nbytes + self._active.nbytes

    def add(self, hashes: NDArray[np.uint8]) -> int:
        """Add rows, switched on: (n, 32) uint8, copied. Returns the number of the first."""
        words = as_words(hashes)
        if len(self._tail) + len(words) > self._tail_rows:
            self._compact(words)
        else:
            self._tail.extend(words)
        return self._active.extend(np.ones(len(words), np.bool_))

    def set_active(self, rows: int | NDArray[np.integer], *, active: bool) -> None:
        """Let one row or many be found, or not. rows: 0 to len - 1; IndexError beyond."""
        self._active.rows[rows] = active

    def hash_of(self, row: int) -> bytes:
        """The 32 bytes in a row; IndexError where there is none."""
        if not 0 <= row < len(self):
            raise IndexError(f"row {row} of {len(self)}")
        start, words = self._tail_start, self._tail.rows
        if row < start:
            place = bisect_right(self._starts, row) - 1
            start, words = self._starts[place], self._tables[place].words
        return words[row - start : row - start + 1].tobytes()

    def query(self, hashes: NDArray[np.uint8], distance: int) -> HammingMatches:
        """Every row that is switched on and within the distance, for each of the hashes.

        hashes: (m, 32) uint8. distance: 0 to 256 bits. The pairs come ordered by query, then row.
        """
        if not 0 <= distance <= HASH_BITS:
            raise ValueError(f"a distance is from 0 to {HASH_BITS}, not {distance}")
        queries = as_words(hashes)
        pieces = [
            _with_row_offset(table.query(queries, distance), start)
            for start, table in zip(self._starts, self._tables, strict=True)
        ]
        pieces.append(_with_row_offset(scan(self._tail.rows, queries, distance), self._tail_start))
        found = concatenate_matches(pieces)
        on = self._active.rows[found.row]
        return found if on.all() else HammingMatches(found.query[on], found.row[on], found.distance[on])

    def _compact(self, words: NDArray[np.uint64]) -> None:
        """Make a table of these rows, the tail before them, and the small tables before that."""
        start, parts = self._tail_start, [self._tail.rows, words]
        end = start + len(self._tail) + len(words)
        while self._tables and len(self._tables[-1]) < _GROWTH * (end - start):
            parts.insert(0, self._tables.pop().words)
            start = self._starts.pop()
        self._tables.append(BandTable(np.concatenate(parts)))
        self._starts.append(start)
        self._tail_start = end
        self._tail.clear()


def _with_row_offset(found: HammingMatches, start: int) -> HammingMatches:
    return found._replace(row=found.row + start) if start else found

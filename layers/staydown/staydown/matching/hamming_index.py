"""An exact index of hashes that change: finds every hash within a distance."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from staydown.matching.appendable_array import AppendableArray
from staydown.matching.band_table import BandTable
from staydown.matching.hamming_distance import HASH_BITS, HammingMatches, as_words, concatenate_matches, scan

TAIL_ROWS = 16_384
"""A scan of this many hashes takes as long as a query of their band table, about 60 us."""
_GROWTH = 4
"""A table is only merged with newer rows if they are more than a quarter as many."""


class HammingIndex:
    """256-bit hashes, in rows numbered from 0.

    The newest rows are a tail that is scanned. A full tail becomes a band table, merged with the preceding
    tables that are less than four times as large (a log-structured merge). So each row is sorted only a few
    times, and there are few tables to query. Rows are deactivated, not removed.

    Every distance from 0 to 256 gives exact results; above about 64, by a scan. Queries may run concurrently,
    but not while rows are added, activated or deactivated.
    """

    def __init__(self, hashes: NDArray[np.uint8] | None = None, *, tail_rows: int = TAIL_ROWS) -> None:
        """Create an index. hashes: uint8 (n, 32), copied. tail_rows: the maximum of rows that are scanned."""
        self._tail_rows = tail_rows
        self._tables: list[BandTable] = []
        self._starts: list[int] = []
        self._tail_start = 0
        self._tail = AppendableArray(np.uint64, 4)
        self._active = AppendableArray(np.bool_)
        if hashes is not None:
            self.add(hashes)

    def __len__(self) -> int:
        """The number of rows, inactive ones included."""
        return len(self._active)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return sum(table.nbytes for table in self._tables) + self._tail.nbytes + self._active.nbytes

    def add(self, hashes: NDArray[np.uint8]) -> int:
        """Add active rows, uint8 (n, 32), copied. Returns the number of the first."""
        words = as_words(hashes)
        if len(self._tail) + len(words) > self._tail_rows:
            self._compact(words)
        else:
            self._tail.extend(words)
        return self._active.extend(np.ones(len(words), np.bool_))

    def set_active(self, rows: int | NDArray[np.integer], *, active: bool) -> None:
        """Activate or deactivate rows: inactive rows are not found. Raises IndexError for a missing row."""
        self._active.rows[rows] = active

    def hash_of(self, row: int) -> bytes:
        """Return the 32 bytes of a row. Raises IndexError for a missing row."""
        if not 0 <= row < len(self):
            raise IndexError(f"row {row} of {len(self)}")
        start, words = self._tail_start, self._tail.rows
        if row < start:
            table = bisect_right(self._starts, row) - 1
            start, words = self._starts[table], self._tables[table].words
        return words[row - start : row - start + 1].tobytes()

    def query(self, hashes: NDArray[np.uint8], distance: int) -> HammingMatches:
        """Return all pairs of hashes and active rows within the distance.

        hashes: uint8 (m, 32). distance: 0 to 256 bits, otherwise ValueError.
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
        active = self._active.rows[found.row]
        if active.all():
            return found
        return HammingMatches(found.query[active], found.row[active], found.distance[active])

    def _compact(self, words: NDArray[np.uint64]) -> None:
        """Make a table of the small tables at the end, the tail, and these rows."""
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

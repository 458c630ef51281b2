"""An exact index of immutable hashes: sorted band tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from staydown.matching import bands
from staydown.matching.hamming_distance import (
    NO_MATCHES,
    HammingMatches,
    concatenate_matches,
    rows_within,
    scan,
)

_QUERIES_AT_ONCE = 1 << 12
"""Queries whose band values are computed together: a few hundred KB."""
_SLOTS_AT_ONCE = 1 << 13
"""Short probes of several queries are made together, to save calls; long ones are faster alone."""
_CANDIDATES_AT_ONCE = 1 << 16
"""2 MB of hashes: more would not fit the cache. Also bounds the memory for a large bucket."""


@dataclass(frozen=True, slots=True)
class _QueryPlan:
    """How to query for a distance."""

    slots: NDArray[np.int64]
    """The number of slots to probe in each band."""
    masks: NDArray[np.int64]
    """The masks of all bands, in order."""
    queries_at_once: int


class BandTable:
    """Finds every hash within a distance of a query, by the general pigeonhole principle (see `bands`).

    For each band the rows are sorted by the band's bits. The buckets of all bands are numbered as slots: the
    bucket of band i with bits b is slot base_i + b, and its rows are those from `ends[slot]` to `ends[slot +
    1]`. A query flips bits of its own band value to get the slots within the band's threshold, and compares
    the hashes in their rows in full.

    Memory: 4 bytes per row and band, and 4 per slot. At a million rows that is 13 bands, 52 bytes a row and
    46 MB.
    """

    def __init__(self, words: NDArray[np.uint64], *, scan_cost: float = bands.SCAN_COST) -> None:
        """Build the table. words: uint64 (n, 4), n at least 1, not copied. scan_cost: see `bands.SCAN_COST`.

        Raises ValueError if there are too many hashes for 32-bit positions.
        """
        self.words = words
        self._widths = bands.band_widths(len(words))
        self._scan_cost = scan_cost
        self._plans: dict[int, _QueryPlan | None] = {}
        self._layout()
        self._build()

    def __len__(self) -> int:
        return len(self.words)

    @property
    def nbytes(self) -> int:
        """Bytes of the hashes and of the tables."""
        return self.words.nbytes + self._ends.nbytes + self._rows.nbytes

    def query(self, queries: NDArray[np.uint64], distance: int) -> HammingMatches:
        """Return every pair of query, uint64 (m, 4), and row within the distance, 0 to 256 bits."""
        plan = self._plan(distance)
        if plan is None:
            return scan(self.words, queries, distance)
        pieces: list[HammingMatches] = []
        for first in range(0, len(queries), _QUERIES_AT_ONCE):
            batch = queries[first : first + _QUERIES_AT_ONCE]
            values = self._band_values(batch)
            for start in range(0, len(batch), plan.queries_at_once):
                stop = start + plan.queries_at_once
                for piece in self._probe(plan, values[start:stop], batch[start:stop], distance):
                    pieces.append(piece._replace(query=piece.query + (first + start)))
        return _distinct(concatenate_matches(pieces))

    def _layout(self) -> None:
        """Compute the position of each band in the four words, and its first slot."""
        widths = np.array(self._widths)
        starts = np.cumsum(widths) - widths
        self._word = starts // 64
        self._shift = (starts % 64).astype(np.uint64)
        self._mask = (np.uint64(1) << widths.astype(np.uint64)) - np.uint64(1)
        # The wide bands come first, so each base is a multiple of its band's number of slots: flipping bits
        # of a slot flips bits of the band's value.
        self._base: NDArray[np.int64] = np.cumsum(1 << widths) - (1 << widths)

    def _band_values(self, words: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the slot of each hash, (m, 4), in each band: int64 (m, bands)."""
        low = words[:, self._word] >> self._shift
        # NumPy returns 0 for a shift by 64, which is right here: the band then lies in one word.
        high = words[:, np.minimum(self._word + 1, 3)] << (np.uint64(64) - self._shift)
        values: NDArray[np.int64] = ((low | high) & self._mask).astype(np.int64)
        values += self._base
        return values

    def _build(self) -> None:
        rows, slots = len(self.words), int(self._base[-1]) + (1 << self._widths[-1])
        if rows * len(self._widths) >= 1 << 32:
            raise ValueError(f"{rows} hashes are too many for one table")
        self._ends = np.zeros(slots + 1, np.uint32)
        self._rows = np.empty(len(self._widths) * rows, np.uint32)
        numbers = np.arange(rows, dtype=np.uint64)
        self._bucket_rows: list[float] = []
        for band, width in enumerate(self._widths):
            value = self.words[:, self._word[band]] >> self._shift[band]
            if int(self._shift[band]) + width > 64:
                value |= self.words[:, self._word[band] + 1] << (np.uint64(64) - self._shift[band])
            value &= self._mask[band]
            # Sorting value and row as one number is several times faster than an argsort; counting is faster
            # with sorted values.
            value <<= np.uint64(32)
            value |= numbers
            value.sort()
            self._rows[band * rows : (band + 1) * rows] = value.astype(np.uint32)
            value >>= np.uint64(32)
            counts = np.bincount(value.view(np.int64), minlength=1 << width)
            base = self._base[band]
            self._ends[base + 1 : base + 1 + (1 << width)] = np.cumsum(counts) + band * rows
            # The mean number of rows in the bucket of a query, if queries are distributed like the rows.
            self._bucket_rows.append(float(np.dot(counts.astype(np.float64), counts)) / rows)

    def _plan(self, distance: int) -> _QueryPlan | None:
        """Return the plan for a distance; None if a scan of all rows is cheaper."""
        if distance not in self._plans:
            chosen = bands.thresholds(self._widths, self._bucket_rows, distance)
            slots = bands.slot_counts(self._widths, chosen)
            # Assumes evenly distributed rows: a few hashes that many entries share must not make every query
            # a scan. `_probe` handles queries with large buckets.
            candidates = sum(n * len(self.words) / (1 << w) for n, w in zip(slots, self._widths, strict=True))
            cost = bands.SLOT_COST * sum(slots) + bands.CANDIDATE_COST * candidates
            plan = None
            if cost < self._scan_cost * len(self.words):
                queries_at_once = max(1, int(_SLOTS_AT_ONCE / max(sum(slots), candidates)))
                plan = _QueryPlan(np.array(slots), bands.probe_masks(self._widths, chosen), queries_at_once)
            self._plans[distance] = plan
        return self._plans[distance]

    def _probe(
        self, plan: _QueryPlan, values: NDArray[np.int64], queries: NDArray[np.uint64], distance: int
    ) -> Iterator[HammingMatches]:
        """Yield the pairs within the distance; a pair may come once for each band."""
        slots = np.repeat(values, plan.slots, axis=1)
        slots ^= plan.masks
        begins = self._ends.take(slots)
        slots += 1
        counts = self._ends.take(slots)
        counts -= begins
        # For a query with very large buckets, a scan of all rows is cheaper.
        max_candidates = self._scan_cost * len(self.words) / bands.CANDIDATE_COST
        crowded = np.flatnonzero(counts.sum(axis=1, dtype=np.int64) > max_candidates)
        if crowded.size:
            counts[crowded] = 0
            found = scan(self.words, queries[crowded], distance)
            yield found._replace(query=crowded[found.query])
        filled = np.flatnonzero(counts)
        yield from self._compare(
            begins.ravel()[filled], counts.ravel()[filled], filled // plan.masks.size, queries, distance
        )

    def _compare(
        self,
        begins: NDArray[np.uint32],
        counts: NDArray[np.uint32],
        owners: NDArray[np.int64],
        queries: NDArray[np.uint64],
        distance: int,
    ) -> Iterator[HammingMatches]:
        """Compare the rows of these buckets with the query that owns the bucket."""
        stops = np.cumsum(counts, dtype=np.int64)
        total = int(stops[-1]) if stops.size else 0
        cuts = np.searchsorted(stops, np.arange(_CANDIDATES_AT_ONCE, total, _CANDIDATES_AT_ONCE))
        edges = np.unique(cuts).tolist() if cuts.size else []
        for first, last in pairwise([0, *edges, stops.size]):
            part = slice(first, last)
            yield self._compare_buckets(begins[part], counts[part], owners[part], queries, distance)

    def _compare_buckets(
        self,
        begins: NDArray[np.uint32],
        counts: NDArray[np.uint32],
        owners: NDArray[np.int64],
        queries: NDArray[np.uint64],
        distance: int,
    ) -> HammingMatches:
        stops = np.cumsum(counts, dtype=np.int64)
        positions = np.repeat(begins - (stops - counts), counts)
        positions += np.arange(positions.size)
        rows = self._rows.take(positions)
        words = self.words.take(rows, axis=0)
        if len(queries) == 1:
            index, distances = rows_within(words, queries[0], distance)
            owner = np.zeros(index.size, np.int64)
        else:
            owner = np.repeat(owners, counts)
            index, distances = rows_within(words, queries.take(owner, axis=0), distance)
            owner = owner[index]
        return HammingMatches(owner, rows[index].astype(np.int64), distances) if index.size else NO_MATCHES


def _distinct(found: HammingMatches) -> HammingMatches:
    """Return sorted pairs without duplicates."""
    if found.row.size < 2:
        return found
    is_first = np.ones(found.row.size, bool)
    is_first[1:] = (np.diff(found.query) != 0) | (np.diff(found.row) != 0)
    return HammingMatches(found.query[is_first], found.row[is_first], found.distance[is_first])

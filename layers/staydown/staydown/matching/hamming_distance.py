"""Hamming distances between many 256-bit hashes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

HASH_BYTES = 32
HASH_BITS = 256
_BLOCK_ROWS = 16_384
"""Rows compared at once, so that the intermediate arrays fit the second-level cache."""


class HammingMatches(NamedTuple):
    """n pairs within a distance, sorted by query, then row; all arrays are (n,)."""

    query: NDArray[np.int64]
    """The index of the query hash."""
    row: NDArray[np.int64]
    """The row of the matching hash."""
    distance: NDArray[np.uint16]
    """Bits that differ, 0 to 256."""


NO_MATCHES = HammingMatches(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint16))


def as_words(hashes: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Return hashes, uint8 (n, 32), as four words each, uint64 (n, 4); without a copy if possible.

    The byte order of the words is that of the machine; distances do not depend on it. Raises ValueError for
    another shape or dtype.
    """
    if hashes.dtype != np.uint8 or hashes.ndim != 2 or hashes.shape[1] != HASH_BYTES:
        raise ValueError(f"hashes are (n, 32) uint8, not {hashes.shape} {hashes.dtype}")
    return np.require(hashes, requirements=["C", "A"]).view(np.uint64).reshape(-1, 4)


def rows_within(
    words: NDArray[np.uint64], query: NDArray[np.uint64], distance: int
) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
    """Return the rows of words, (k, 4), within the distance of the query: indices, ascending, and distances.

    query: (4,), or (k, 4) to compare row by row.
    """
    # Three words first: their sum, at most 192, fits the uint8 of bitwise_count, and excludes nearly all
    # unrelated hashes.
    counts = np.bitwise_count(words[:, 0] ^ query[..., 0])
    counts += np.bitwise_count(words[:, 1] ^ query[..., 1])
    counts += np.bitwise_count(words[:, 2] ^ query[..., 2])
    index = np.flatnonzero(counts <= min(distance, 192))
    if not index.size:
        return NO_MATCHES.row, NO_MATCHES.distance
    last = query[..., 3] if query.ndim == 1 else query[index, 3]
    distances = counts[index] + np.bitwise_count(words[index, 3] ^ last).astype(np.uint16)
    is_near = distances <= distance
    return index[is_near], distances[is_near]


def scan(words: NDArray[np.uint64], queries: NDArray[np.uint64], distance: int) -> HammingMatches:
    """Return all pairs of queries, (m, 4), and rows, (n, 4), within the distance. Uses 1 MB at a time."""
    pieces: list[HammingMatches] = []
    for start in range(0, len(words), _BLOCK_ROWS):
        block = words[start : start + _BLOCK_ROWS]
        for number, query in enumerate(queries):
            rows, distances = rows_within(block, query, distance)
            pieces.append(HammingMatches(np.full(rows.size, number), rows + start, distances))
    return concatenate_matches(pieces)


def concatenate_matches(pieces: list[HammingMatches]) -> HammingMatches:
    """Return all pairs, sorted by query, then row."""
    pieces = [piece for piece in pieces if piece.row.size]
    if not pieces:
        return NO_MATCHES
    query, row, distance = (np.concatenate(arrays) for arrays in zip(*pieces, strict=True))
    order = np.lexsort((row, query))
    return HammingMatches(query[order], row[order], distance[order])

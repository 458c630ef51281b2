"""Hamming distances between 256-bit hashes, many at a time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

HASH_BYTES = 32
HASH_BITS = 256
_BLOCK_ROWS = 16_384
"""Rows compared at once: what is read and written in between stays in the second-level cache."""


class HammingMatches(NamedTuple):
    """Pairs within a distance, one element of each array per pair, ordered by query, then row.

    query: int64, index of the hash that was asked. row: int64. distance: uint16, 0 to 256.
    """

    query: NDArray[np.int64]
    row: NDArray[np.int64]
    distance: NDArray[np.uint16]


NO_MATCHES = HammingMatches(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint16))


def as_words(hashes: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """See hashes as four words each: (n, 32) uint8 -> (n, 4) uint64, without a copy where possible.

    The order of the bits inside a word is the machine's; no distance depends on it.

    Raises ValueError for any other shape or dtype.
    """
    if hashes.dtype != np.uint8 or hashes.ndim != 2 or hashes.shape[1] != HASH_BYTES:
        raise ValueError(f"hashes are (n, 32) uint8, not {hashes.shape} {hashes.dtype}")
    return np.require(hashes, requirements=["C", "A"]).view(np.uint64).reshape(-1, 4)


def rows_within(
    words: NDArray[np.uint64], query: NDArray[np.uint64], distance: int
) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
    """Which rows of words (k, 4) lie within the distance of query: (4,), or (k, 4) row against row.

    Returns the indices, ascending int64, and their distances, uint16.
    """
    # Three words first: their sum (at most 192) fits the uint8 that bitwise_count gives, and an
    # unrelated hash is beyond any distance in use after 192 of its 256 bits.
    counts = np.bitwise_count(words[:, 0] ^ query[..., 0])
    counts += np.bitwise_count(words[:, 1] ^ query[..., 1])
    counts += np.bitwise_count(words[:, 2] ^ query[..., 2])
    index = np.flatnonzero(counts <= min(distance, 192))
    if not index.size:
        return NO_MATCHES.row, NO_MATCHES.distance
    last = query[..., 3] if query.ndim == 1 else query[index, 3]
    distances = counts[index] + np.bitwise_count(words[index, 3] ^ last).astype(np.uint16)
    inside = distances <= distance
    return index[inside], distances[inside]


def scan(words: NDArray[np.uint64], queries: NDArray[np.uint64], distance: int) -> HammingMatches:
    """Compare every query (m, 4) with every row (n, 4), block by block: no more than 1 MB at a time."""
    pieces: list[HammingMatches] = []
    for start in range(0, len(words), _BLOCK_ROWS):
        block = words[start : start + _BLOCK_ROWS]
        for number, query in enumerate(queries):
            rows, distances = rows_within(block, query, distance)
            pieces.append(HammingMatches(np.full(rows.size, number), rows + start, distances))
    return concatenate_matches(pieces)


def concatenate_matches(pieces: list[HammingMatches]) -> HammingMatches:
    """Several as one, ordered by query, then row."""
    pieces = [piece for piece in pieces if piece.row.size]
    if not pieces:
        return NO_MATCHES
    query, row, distance = (np.concatenate(arrays) for arrays in zip(*pieces, strict=True))
    order = np.lexsort((row, query))
    return HammingMatches(query[order], row[order], distance[order])

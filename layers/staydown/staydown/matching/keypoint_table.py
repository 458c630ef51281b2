"""Locality-sensitive tables over the descriptors of some keypoints.

Descriptors that differ in few of their 256 bits are likely to have some run of bits in common (Indyk,
Motwani, "Approximate nearest neighbors", 1998). Each table sorts the keypoints by one run.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TABLES = 4
KEY_BITS = 24
"""Each table has three bytes of the descriptor to itself; of these it uses as many bits as its size asks."""
_MIN_BITS, _MAX_BITS = 8, 20
MAX_BUCKET_SIZE = 64
"""A bucket with more keypoints than this is passed over: so common a pattern tells nothing."""

Rows = NDArray[np.uint32]


class KeypointTable:
    """Tables over rows `first` to `first + len(descriptors)` of all descriptors; they don't change.

    Room: 4 bytes a keypoint and table, 4 a bucket (there are about a fifth as many buckets as keypoints).
    """

    def __init__(self, descriptors: NDArray[np.uint8], first: int) -> None:
        """descriptors: (n, 32) uint8, read, not kept."""
        self.first = first
        self._size = len(descriptors)
        self._bits = int(np.clip(self._size.bit_length() - 1, _MIN_BITS, _MAX_BITS))
        self._rows: list[Rows] = []
        self._ends: list[Rows] = []
        for keys in table_keys(descriptors):
            # Sorting one packed number is several times as fast as an argsort.
            packed = (keys >> np.uint32(KEY_BITS - self._bits)).astype(np.uint64) << np.uint64(32)
            packed |= np.arange(self._size, dtype=np.uint64)
            packed.sort()
            counts = np.bincount((packed >> np.uint64(32)).astype(np.int64), minlength=1 << self._bits)
            self._ends.append(np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32))
            self._rows.append((packed & np.uint64(0xFFFF_FFFF)).astype(np.uint32))

    def __len__(self) -> int:
        return self._size

    @property
    def nbytes(self) -> int:
        return sum(array.nbytes for array in (*self._rows, *self._ends))

    def candidates(self, keys: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pairs (number of the query, row) that share a bucket of some table, some of them repeatedly.

        keys: (TABLES, m) uint32, the queries' keys as `table_keys` makes them.
        """
        queries: list[NDArray[np.int64]] = []
        rows: list[NDArray[np.int64]] = []
        for sorted_rows, ends, values in zip(self._rows, self._ends, keys, strict=True):
            slots = values >> np.uint32(KEY_BITS - self._bits)
            starts = ends[slots].astype(np.int64)
            counts = ends[slots + np.uint32(1)].astype(np.int64) - starts
            counts[counts > MAX_BUCKET_SIZE] = 0
            queries.append(np.repeat(np.arange(len(values)), counts))
            before = np.repeat(np.cumsum(counts) - counts - starts, counts)
            rows.append(sorted_rows[np.arange(len(before)) - before].astype(np.int64) + self.first)
        return np.concatenate(queries), np.concatenate(rows)


def table_keys(descriptors: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """(n, 32) uint8 to (TABLES, n) uint32: of each table's run of three bytes the 24-bit number."""
    parts = descriptors[:, : 3 * TABLES].reshape(-1, TABLES, 3).astype(np.uint32)
    keys = parts[..., 0] << np.uint32(16) | parts[..., 1] << np.uint32(8) | parts[..., 2]
    return np.ascontiguousarray(keys.T)

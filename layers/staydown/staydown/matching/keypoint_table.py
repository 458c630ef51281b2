"""Locality-sensitive hash tables of descriptors.

Descriptors that differ in few of their 256 bits probably have some run of bits in common. Each table sorts
the keypoints by one run.

Source: Indyk, Motwani, "Approximate nearest neighbors: towards removing the curse of dimensionality", 1998.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TABLES = 4
KEY_BITS = 24
"""Each table has three bytes of the descriptor, and uses as many of their bits as its size requires."""
_MIN_BITS, _MAX_BITS = 8, 20
MAX_BUCKET_SIZE = 64
"""A larger bucket is skipped: such a common pattern is not distinctive."""

Rows = NDArray[np.uint32]


class KeypointTable:
    """Immutable tables of the descriptors in rows `first` to `first` + n.

    Memory: 4 bytes a keypoint and table, and 4 a bucket.
    """

    def __init__(self, descriptors: NDArray[np.uint8], first: int) -> None:
        """Build the tables. descriptors: uint8 (n, 32), not kept. first: the row of the first one."""
        self.first = first
        self._size = len(descriptors)
        self._bits = int(np.clip(self._size.bit_length() - 1, _MIN_BITS, _MAX_BITS))
        self._rows: list[Rows] = []
        self._ends: list[Rows] = []
        for keys in table_keys(descriptors):
            # Sorting key and row as one number is several times faster than an argsort.
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
        """Bytes of all tables."""
        return sum(array.nbytes for array in (*self._rows, *self._ends))

    def candidates(self, keys: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return pairs (query number, row) that share a bucket of a table; a pair may occur several times.

        keys: uint32 (TABLES, m), the keys of the queries from `table_keys`.
        """
        queries: list[NDArray[np.int64]] = []
        rows: list[NDArray[np.int64]] = []
        for sorted_rows, ends, values in zip(self._rows, self._ends, keys, strict=True):
            slots = values >> np.uint32(KEY_BITS - self._bits)
            starts = ends[slots].astype(np.int64)
            counts = ends[slots + np.uint32(1)].astype(np.int64) - starts
            counts[counts > MAX_BUCKET_SIZE] = 0
            queries.append(np.repeat(np.arange(len(values)), counts))
            offsets = np.repeat(np.cumsum(counts) - counts - starts, counts)
            rows.append(sorted_rows[np.arange(len(offsets)) - offsets].astype(np.int64) + self.first)
        return np.concatenate(queries), np.concatenate(rows)


def table_keys(descriptors: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Return the 24-bit keys, uint32 (TABLES, n), of descriptors, uint8 (n, 32)."""
    parts = descriptors[:, : 3 * TABLES].reshape(-1, TABLES, 3).astype(np.uint32)
    keys = parts[..., 0] << np.uint32(16) | parts[..., 1] << np.uint32(8) | parts[..., 2]
    return np.ascontiguousarray(keys.T)

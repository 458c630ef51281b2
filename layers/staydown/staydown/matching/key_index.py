"""An exact lookup by byte keys of fixed width, with much less memory than a dict."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from staydown.matching.appendable_array import AppendableArray

_PENDING = 4096


class KeyIndex:
    """The keys of rows numbered from 0. Several rows may have the same key.

    Rows are sorted by the last eight bytes of the key, which are random in digests and in UUIDs of versions
    4, 5 and 7. The newest rows are in a dict until they are an eighth of all. Memory: the key and 12 bytes a
    row.
    """

    def __init__(self, width: int) -> None:
        """Create an empty index. width: the bytes of a key, at least 8."""
        self._width = width
        self._keys = AppendableArray(np.uint8, width)
        self._endings = np.empty(0, np.uint64)
        self._order = np.empty(0, np.uint32)
        self._pending: dict[bytes, list[int]] = {}

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return self._keys.nbytes + self._endings.nbytes + self._order.nbytes

    @property
    def keys(self) -> NDArray[np.uint8]:
        """The keys by row: uint8 (n, width)."""
        return self._keys.rows

    def extend(self, keys: NDArray[np.uint8]) -> int:
        """Add rows, uint8 (n, width). Returns the number of the first."""
        first = self._keys.extend(keys)
        if len(self) - len(self._order) > max(_PENDING, len(self) // 8):
            endings = np.ascontiguousarray(self._keys.rows[:, -8:]).view(np.uint64).ravel()
            self._order = np.argsort(endings).astype(np.uint32)
            self._endings = endings[self._order]
            self._pending.clear()
        else:
            for row in range(first, len(self)):
                self._pending.setdefault(self._keys.rows[row].tobytes(), []).append(row)
        return first

    def rows_of(self, key: bytes) -> list[int]:
        """Return the rows with a key, ascending. Raises ValueError for a key of another width."""
        if len(key) != self._width:
            raise ValueError(f"a key is {self._width} bytes, not {len(key)}")
        ending = np.frombuffer(key[-8:], np.uint64)[0]
        first, last = self._endings.searchsorted(ending, "left"), self._endings.searchsorted(ending, "right")
        rows = self._order[first:last]
        is_equal = (self._keys.rows[rows] == np.frombuffer(key, np.uint8)).all(axis=1)
        return [*np.sort(rows[is_equal]).tolist(), *self._pending.get(key, ())]

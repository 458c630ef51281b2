"""An exact look-up by fixed-width byte keys, in a fraction of the memory of a dict."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from staydown.matching.appendable_array import AppendableArray

_PENDING = 4096


class KeyIndex:
    """Rows by key: row i has the i-th key that was added; several rows may have the same key.

    Sorted by the last eight bytes of the keys (which are random in a UUID of version 4, 5 or 7 and in a
    digest), 12 bytes a row besides the key itself; the newest rows wait in a dict until they are an eighth.
    """

    def __init__(self, width: int) -> None:
        """width: bytes of a key, at least 8."""
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
        """The keys by row: (n, width) uint8."""
        return self._keys.rows

    def extend(self, keys: NDArray[np.uint8]) -> int:
        """Add rows: (n, width) uint8. Returns the number of the first."""
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
        """The rows with this key, ascending; none, one or several. ValueError for another width."""
        if len(key) != self._width:
            raise ValueError(f"a key is {self._width} bytes, not {len(key)}")
        ending = np.frombuffer(key[-8:], np.uint64)[0]
        first, last = self._endings.searchsorted(ending, "left"), self._endings.searchsorted(ending, "right")
        rows = self._order[first:last]
        same = (self._keys.rows[rows] == np.frombuffer(key, np.uint8)).all(axis=1)
        return [*np.sort(rows[same]).tolist(), *self._pending.get(key, ())]

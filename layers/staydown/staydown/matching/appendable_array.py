"""An array that rows can be appended to."""

from __future__ import annotations

from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

_Scalar = TypeVar("_Scalar", bound=np.generic)


class AppendableArray(Generic[_Scalar]):
    """Rows of one shape and dtype, with spare capacity, so that appending rarely copies the array.

    The array grows by an eighth, not to twice its size, to save memory with ten million hashes.
    """

    def __init__(self, dtype: type[_Scalar], width: int | None = None) -> None:
        """Create an empty array. width: the number of columns; None for rows of a single value."""
        self._data: NDArray[_Scalar] = np.empty((0,) if width is None else (0, width), dtype)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def rows(self) -> NDArray[_Scalar]:
        """The rows, writable; invalid after the next `extend`."""
        return self._data[: self._size]

    @property
    def nbytes(self) -> int:
        """Bytes, with the spare capacity."""
        return self._data.nbytes

    def extend(self, rows: NDArray[_Scalar]) -> int:
        """Append a copy of the rows; return the index of the first."""
        first, size = self._size, self._size + len(rows)
        if size > len(self._data):
            larger = np.empty((size + size // 8 + 8, *self._data.shape[1:]), self._data.dtype)
            larger[:first] = self._data[:first]
            self._data = larger
        self._data[first:size] = rows
        self._size = size
        return first

    def clear(self) -> None:
        """Remove all rows, and free their memory."""
        self._data, self._size = self._data[:0].copy(), 0

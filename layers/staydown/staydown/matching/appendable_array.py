"""An array that rows are added to."""

from __future__ import annotations

from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

_Scalar = TypeVar("_Scalar", bound=np.generic)


class AppendableArray(Generic[_Scalar]):
    """Rows of one shape and dtype, with room kept for more, so that adding one copies only now and then.

    The room is an eighth, not the usual double: at ten million hashes a doubling would not fit.
    """

    def __init__(self, dtype: type[_Scalar], width: int | None = None) -> None:
        """width: columns of a row; None for rows of a single value."""
        self._data: NDArray[_Scalar] = np.empty((0,) if width is None else (0, width), dtype)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def rows(self) -> NDArray[_Scalar]:
        """The rows as they are now; may be written to. Not to be kept over an `extend`."""
        return self._data[: self._size]

    @property
    def nbytes(self) -> int:
        return self._data.nbytes

    def extend(self, rows: NDArray[_Scalar]) -> int:
        """Add rows (a copy of them); returns the number of the first."""
        first, size = self._size, self._size + len(rows)
        if size > len(self._data):
            larger = np.empty((size + size // 8 + 8, *self._data.shape[1:]), self._data.dtype)
            larger[:first] = self._data[:first]
            self._data = larger
        self._data[first:size] = rows
        self._size = size
        return first

    def clear(self) -> None:
        self._data, self._size = self._data[:0].copy(), 0

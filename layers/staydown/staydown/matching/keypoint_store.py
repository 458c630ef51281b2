"""The features of all references, in a few long arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from staydown.imaging.features import DESCRIPTOR_BYTES, TILES, Keypoints, ReferenceFeatures
from staydown.matching.appendable_array import AppendableArray

KEYPOINT_ARRAYS = ("positions", "angles", "levels", "descriptors")
PICTURE_ARRAYS = ("sizes", "tiles", "qualities")


class KeypointStore:
    """Pictures numbered from 0 in the order they were added; a keypoint's row is its position among all.

    Memory: about 38 bytes a keypoint and 2 KB a picture.
    """

    def __init__(self) -> None:
        self.positions = AppendableArray(np.uint16, 2)
        self.angles = AppendableArray(np.uint8)
        self.levels = AppendableArray(np.uint8)
        self.descriptors = AppendableArray(np.uint8, DESCRIPTOR_BYTES)
        self.sizes = AppendableArray(np.uint16, 2)
        self.tiles = AppendableArray(np.uint8, len(TILES) * 32)
        self.qualities = AppendableArray(np.uint8, len(TILES))
        self.ends = AppendableArray(np.int64)
        self.alive = AppendableArray(np.bool_)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return a store of the arrays of `arrays`; they are copied."""
        store = cls()
        for name in (*KEYPOINT_ARRAYS, *PICTURE_ARRAYS, "ends"):
            getattr(store, name).extend(arrays[name])
        store.alive.extend(np.ones(len(store), np.bool_))
        return store

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays of all pictures without removed ones, by name.

        The names are KEYPOINT_ARRAYS, PICTURE_ARRAYS and "ends", the row after the last keypoint of each
        picture.
        """
        alive = self.alive.rows
        counts = np.diff(self.ends.rows, prepend=0)
        rows = slice(None) if alive.all() else np.repeat(alive, counts)
        found = {name: getattr(self, name).rows[rows] for name in KEYPOINT_ARRAYS}
        found |= {name: getattr(self, name).rows[alive] for name in PICTURE_ARRAYS}
        return found | {"ends": np.cumsum(counts[alive])}

    def __len__(self) -> int:
        """The number of pictures, removed ones included."""
        return len(self.ends)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return sum(value.nbytes for value in vars(self).values())

    def add(self, features: ReferenceFeatures) -> int:
        """Add a picture; return its number."""
        points = features.keypoints
        self.positions.extend(points.positions)
        self.angles.extend(points.angles)
        self.levels.extend(points.levels)
        self.descriptors.extend(points.descriptors)
        self.sizes.extend(np.array([[features.width, features.height]], np.uint16))
        self.tiles.extend(features.tiles.reshape(1, -1))
        self.qualities.extend(features.qualities.reshape(1, -1))
        self.alive.extend(np.ones(1, np.bool_))
        return self.ends.extend(np.array([len(self.positions)], np.int64))

    def rows(self, picture: int) -> slice:
        """Return the rows of the keypoints of a picture."""
        return slice(int(self.ends.rows[picture - 1]) if picture else 0, int(self.ends.rows[picture]))

    def picture_numbers(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the numbers of the pictures of these keypoints."""
        return np.asarray(np.searchsorted(self.ends.rows, rows, side="right"), np.int64)

    def features(self, picture: int) -> ReferenceFeatures:
        """Return a copy of the features of a picture."""
        rows = self.rows(picture)
        width, height = self.sizes.rows[picture].tolist()
        keypoints = Keypoints(
            self.positions.rows[rows].copy(),
            self.angles.rows[rows].copy(),
            self.levels.rows[rows].copy(),
            self.descriptors.rows[rows].copy(),
        )
        tiles = self.tiles.rows[picture].reshape(-1, 32).copy()
        return ReferenceFeatures(width, height, keypoints, tiles, self.qualities.rows[picture].copy())

    def erase(self, picture: int) -> None:
        """Erase a picture; its number is not reused."""
        rows = self.rows(picture)
        for array in (self.positions, self.angles, self.levels, self.descriptors):
            array.rows[rows] = 0
        self.tiles.rows[picture] = 0
        self.qualities.rows[picture] = 0
        self.alive.rows[picture] = False

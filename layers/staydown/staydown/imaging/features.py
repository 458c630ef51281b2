"""The features of references and queries: keypoints and tile hashes.

Imports neither Pillow nor OpenCV, so that features can be stored and indexed without them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staydown.domain.bank.alignment import Tile

ByteArray = NDArray[np.uint8]

SUBPIXELS = 32
"""Positions are in 1/32 pixel at working size. As uint16 they allow sides of at most 2,047 pixels."""
DESCRIPTOR_BYTES = 32


def _grid(side: float, count: int) -> tuple[Tile, ...]:
    steps = [step * (1 - side) / (count - 1) for step in range(count)]
    return tuple(Tile(left, top, side, side) for top in steps for left in steps)


TILES: tuple[Tile, ...] = (
    *_grid(0.25, 6),
    *_grid(0.4, 5),
    *_grid(0.7, 2),
    Tile(0.0, 0.0, 1.0, 1.0),
)
"""The tiles of a reference: 36 with 25% of its sides, 25 with 40%, four with 70%, and the whole. The small
tiles match queries that show little of the reference."""

VARIANTS: tuple[str, ...] = ("upright", "mirrored", "inverted", "mirrored, inverted")
"""The variants of a query in which keypoints are described. Keypoints are invariant to rotation, but not to
these. Bit 0 of the index is mirrored, bit 1 inverted."""


@dataclass(frozen=True, slots=True, eq=False)
class Keypoints:
    """Keypoints of a picture, the strongest ones first."""

    positions: NDArray[np.uint16]
    """(n, 2), x and y in 1/32 pixel at working size."""
    angles: ByteArray
    """(n,), the orientation of the keypoint, clockwise in 1/256 turn."""
    levels: ByteArray
    """(n,), the level of the scale pyramid; a step is a factor of 1.2."""
    descriptors: ByteArray
    """(n, 32), 256 binary comparisons."""

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def points(self) -> NDArray[np.float32]:
        """The positions as float32 (n, 2), x and y in pixels at working size."""
        return self.positions.astype(np.float32) / np.float32(SUBPIXELS)


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceFeatures:
    """The stored features of a reference: about 21 KB in the format of `feature_bytes`.

    They reveal more of the picture than a hash. So they are encrypted, never exported, and deleted with the
    entry.
    """

    width: int
    """The width of the picture at working size, in pixels."""
    height: int
    """The height of the picture at working size, in pixels."""
    keypoints: Keypoints
    tiles: ByteArray
    """(66, 32), the PDQ of each of TILES."""
    qualities: ByteArray
    """(66,), the quality of each PDQ, 0 to 100."""


@dataclass(frozen=True, slots=True, eq=False)
class QueryFeatures:
    """The features of a query. They are not stored."""

    plane: ByteArray
    """The picture at working size: (height, width)."""
    variants: tuple[Keypoints, ...]
    """The keypoints in each of VARIANTS. In all of them, positions are those in `plane`."""

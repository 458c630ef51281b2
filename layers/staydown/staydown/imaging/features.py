"""What is kept of a judged picture, and what is asked of an uploaded one: keypoints and tile hashes.

Only arrays: whoever stores or looks up features loads neither Pillow nor OpenCV.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staydown.domain.bank.alignment import Tile

ByteArray = NDArray[np.uint8]

SUBPIXELS = 32
"""Positions are in 32nds of a pixel of the working picture, so its sides are at most 2,047 pixels."""
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
"""The parts of a judged picture that are hashed: 36 of a quarter of its sides, 25 of 40 %, four of 70 %,
the whole. The small ones are for what shows little of the picture."""

VARIANTS: tuple[str, ...] = ("upright", "mirrored", "inverted", "mirrored, inverted")
"""How an asked picture is taken; keypoints are blind to turning, but not to these. Bit 0 of a variant's
place: mirrored; bit 1: inverted."""


@dataclass(frozen=True, slots=True, eq=False)
class Keypoints:
    """Distinct points of a picture, the ones that tell most first.

    positions: (n, 2) uint16, x and y in 1/32 pixel of the working picture. angles: (n,) uint8, the
    direction of the surroundings, clockwise in 1/256 turn. levels: (n,) uint8, the place in the scale
    pyramid (a step is a factor of 1.2). descriptors: (n, 32) uint8, 256 binary comparisons.
    """

    positions: NDArray[np.uint16]
    angles: ByteArray
    levels: ByteArray
    descriptors: ByteArray

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def points(self) -> NDArray[np.float32]:
        """(n, 2) float32, x and y in pixels of the working picture."""
        return self.positions.astype(np.float32) / np.float32(SUBPIXELS)


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceFeatures:
    """What is stored of a judged picture (see `feature_bytes`): about 21 KB. They tell more of the picture
    than a hash does: encrypted, never exported, deleted with the entry.

    width, height: of the working picture, pixels. tiles: (66, 32) uint8, PDQ of each of TILES.
    qualities: (66,) uint8, 0 to 100.
    """

    width: int
    height: int
    keypoints: Keypoints
    tiles: ByteArray
    qualities: ByteArray


@dataclass(frozen=True, slots=True, eq=False)
class QueryFeatures:
    """What is computed of an uploaded picture, and forgotten.

    plane: uint8 (height, width), the working picture. variants: its keypoints as VARIANTS has them;
    positions are those in the plane as it is, whatever the variant.
    """

    plane: ByteArray
    variants: tuple[Keypoints, ...]

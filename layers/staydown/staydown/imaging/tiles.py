"""Hashes of the parts of a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from staydown.domain.evidence import Tile
from staydown.imaging.features import TILES, Bytes
from staydown.imaging.luma import Grey, Plane
from staydown.imaging.pdq import dct16, hash_of

TILE_FRAME = 320
"""Side in pixels of the square that a judged picture is squeezed into for its tiles: a multiple of 20, so
that the tiles have whole sides. (A hash squeezes every picture into a square anyway.)"""


def tile_hashes(frame: Grey | Plane, wanted: NDArray[np.bool_] | None = None) -> tuple[Bytes, Bytes]:
    """PDQ and quality of each of TILES: (66, 32) uint8 and (66,) uint8.

    frame: luma (320, 320), 0 to 255. wanted: (66,) bool, tiles to hash; the others' rows are zero.
    """
    hashes = np.zeros((len(TILES), 32), np.uint8)
    qualities = np.zeros(len(TILES), np.uint8)
    for row in range(len(TILES)) if wanted is None else np.flatnonzero(wanted):
        dct = dct16(_part(frame, TILES[row]))
        hashes[row] = np.frombuffer(hash_of(dct).data, np.uint8)
        qualities[row] = dct.quality
    return hashes, qualities


def _part(frame: Grey | Plane, tile: Tile) -> Grey | Plane:
    left, top = round(tile.left * TILE_FRAME), round(tile.top * TILE_FRAME)
    width, height = round(tile.width * TILE_FRAME), round(tile.height * TILE_FRAME)
    return frame[top : top + height, left : left + width]

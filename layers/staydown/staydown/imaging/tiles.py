"""Hash the tiles of a picture, and compare them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from staydown.imaging.features import TILES, ByteArray
from staydown.imaging.pdq import dct16, hash_of, hash_stack

TILE_FRAME = 320
"""The side in pixels of the square that a reference is resized to before its tiles are cut: a multiple of 20,
so that the sides of all tiles are whole pixels. A hash resizes every picture to a square anyway."""


def tile_hashes(frame: ByteArray) -> tuple[ByteArray, ByteArray]:
    """Return PDQ and quality of each of TILES: uint8 (66, 32), and uint8 (66,), 0 to 100.

    frame: luma (320, 320).
    """
    found = [dct16(part) for part in _parts(frame, range(len(TILES)))]
    hashes = b"".join(hash_of(dct).data for dct in found)
    return np.frombuffer(hashes, np.uint8).reshape(-1, 32), np.array([dct.quality for dct in found], np.uint8)


def tile_distances(frame: ByteArray, reference: ByteArray, mask: NDArray[np.bool_]) -> list[int | None]:
    """Return the bits, 0 to 256, by which each of TILES differs from that of the reference.

    frame: luma (320, 320) of the query, warped onto the reference. reference: uint8 (66, 32). mask: (66,),
    the tiles to compare; the others are None.
    """
    distances: list[int | None] = [None] * len(TILES)
    for _, group in groupby(np.flatnonzero(mask).tolist(), lambda row: TILES[row].width):
        rows = list(group)
        hashes = hash_stack(np.stack(_parts(frame, rows)))
        bits = np.bitwise_count(hashes ^ reference[rows]).sum(axis=1, dtype=np.int64)
        for row, distance in zip(rows, bits.tolist(), strict=True):
            distances[row] = distance
    return distances


def _parts(frame: ByteArray, rows: Iterable[int]) -> list[ByteArray]:
    parts = []
    for tile in (TILES[row] for row in rows):
        left, top = round(tile.left * TILE_FRAME), round(tile.top * TILE_FRAME)
        width, height = round(tile.width * TILE_FRAME), round(tile.height * TILE_FRAME)
        parts.append(frame[top : top + height, left : left + width])
    return parts

"""Field by field: is the content of the judged picture there, once the asked one is laid over it?

Tiles are large, and a sticker spoils every tile that it touches. A keypoint sees but its own surroundings:
described again, where the alignment says it must be, it is confirmed or not. No detector has to find it
there, so a faded or noisy copy is confirmed too.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from staydown.imaging.features import ByteArray, ReferenceFeatures
from staydown.imaging.keypoints import LEVEL_STEP, new_orb

CELLS_PER_SIDE = 8
"""The judged picture is divided into 8 x 8 fields."""
_MAX_BITS = 72
"""Descriptors of the same place differ by about 30 bits of 256, of different places by 128 with a deviation
of 20 or so."""
_CONFIRMED_SHARE = 0.5
"""A field is there if this share of its keypoints is."""
_PATCH = 15.0
"""Half the side of a keypoint's surroundings, pixels, on the first level of the pyramid."""


def confirm_cells(
    warped: ByteArray, reference: ReferenceFeatures, covered: ByteArray, scale: float
) -> tuple[bool | None, ...]:
    """Of each of the 64 fields, row by row: there, not there, or None where nothing can be told.

    drawn: uint8, the asked picture in the judged one's frame at its working size. covered: uint8 of the
    same shape, not 0 where the asked picture reaches. scale: pixels of the asked picture for one of the
    judged picture; where it is below 1, the finest keypoints can't be seen any more.
    """
    points = reference.keypoints
    levels = points.levels.astype(np.intp)
    reach = np.asarray(_PATCH * LEVEL_STEP**levels, np.float64)
    seen = _is_covered(covered, points.points, reach) & (LEVEL_STEP ** (levels + 1) * scale >= 0.8)
    numbers = np.flatnonzero(seen)
    asked = [
        cv2.KeyPoint(
            float(x), float(y), float(31 * LEVEL_STEP**level), float(angle) * 360 / 256, 0, int(level), n
        )
        for n, (x, y), level, angle in zip(
            numbers.tolist(), points.points[numbers], levels[numbers], points.angles[numbers], strict=True
        )
    ]
    if not asked:
        return (None,) * CELLS_PER_SIDE**2
    described, found = new_orb(len(asked)).compute(warped, asked)
    rows = np.array([point.class_id for point in described], np.intp)
    if not len(rows):
        return (None,) * CELLS_PER_SIDE**2
    bits = np.bitwise_count(np.asarray(found, np.uint8) ^ points.descriptors[rows]).sum(axis=1)
    column, row = np.minimum(
        (points.points[rows] * CELLS_PER_SIDE / (reference.width, reference.height)).astype(np.intp),
        CELLS_PER_SIDE - 1,
    ).T
    field = row * CELLS_PER_SIDE + column
    all_of = np.bincount(field, minlength=CELLS_PER_SIDE**2)
    there = np.bincount(field[bits <= _MAX_BITS], minlength=CELLS_PER_SIDE**2)
    return tuple(
        None if count == 0 else bool(good >= _CONFIRMED_SHARE * count)
        for count, good in zip(all_of.tolist(), there.tolist(), strict=True)
    )


def _is_covered(
    covered: ByteArray, points: NDArray[np.float32], reach: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Whether the corners of each keypoint's surroundings are covered, as far as they are in the frame."""
    height, width = covered.shape
    inside = np.ones(len(points), np.bool_)
    for x in (-0.7, 0.7):
        for y in (-0.7, 0.7):
            column = np.clip(np.rint(points[:, 0] + x * reach), 0, width - 1).astype(np.intp)
            row = np.clip(np.rint(points[:, 1] + y * reach), 0, height - 1).astype(np.intp)
            inside &= covered[row, column] != 0
    return inside

"""Confirm the cells of a reference in an aligned query.

Tiles are large, and a sticker spoils every tile that it touches. A keypoint depends only on its own patch. It
is described again at the position that the alignment predicts, and confirmed if the descriptors are similar.
No detector has to find it there, so cells of a faded or noisy copy are confirmed too.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from staydown.imaging.features import ByteArray, ReferenceFeatures
from staydown.imaging.keypoints import LEVEL_STEP, new_orb

CELLS_PER_SIDE = 8
"""A reference is divided into 8 x 8 cells."""
_MAX_BITS = 72
"""Descriptors of the same place differ by about 30 bits of 256, those of different places by 128 with a
standard deviation of about 20."""
_CONFIRMED_SHARE = 0.5
"""A cell is confirmed if this share of its keypoints is."""
_PATCH = 15.0
"""Half the side of a keypoint's patch, in pixels, on the first level of the pyramid."""


def confirm_cells(
    warped: ByteArray, reference: ReferenceFeatures, covered: ByteArray, scale: float
) -> tuple[bool | None, ...]:
    """Return for each of the 64 cells, row by row, whether it is confirmed; None without a usable keypoint.

    warped: uint8 (height, width), the query warped onto the reference at working size. covered: uint8 of the
    same shape, 0 outside the query. scale: pixels of the query for one pixel of the reference; below 1, the
    finest keypoints are not usable.
    """
    points = reference.keypoints
    levels = points.levels.astype(np.intp)
    reach = np.asarray(_PATCH * LEVEL_STEP**levels, np.float64)
    is_usable = _is_covered(covered, points.points, reach) & (LEVEL_STEP ** (levels + 1) * scale >= 0.8)
    numbers = np.flatnonzero(is_usable)
    keypoints = [
        cv2.KeyPoint(
            float(x), float(y), float(31 * LEVEL_STEP**level), float(angle) * 360 / 256, 0, int(level), n
        )
        for n, (x, y), level, angle in zip(
            numbers.tolist(), points.points[numbers], levels[numbers], points.angles[numbers], strict=True
        )
    ]
    if not keypoints:
        return (None,) * CELLS_PER_SIDE**2
    described, found = new_orb(len(keypoints)).compute(warped, keypoints)
    rows = np.array([point.class_id for point in described], np.intp)
    if not len(rows):
        return (None,) * CELLS_PER_SIDE**2
    bits = np.bitwise_count(np.asarray(found, np.uint8) ^ points.descriptors[rows]).sum(axis=1)
    column, row = np.minimum(
        (points.points[rows] * CELLS_PER_SIDE / (reference.width, reference.height)).astype(np.intp),
        CELLS_PER_SIDE - 1,
    ).T
    cell = row * CELLS_PER_SIDE + column
    counts = np.bincount(cell, minlength=CELLS_PER_SIDE**2)
    similar_counts = np.bincount(cell[bits <= _MAX_BITS], minlength=CELLS_PER_SIDE**2)
    return tuple(
        None if count == 0 else bool(similar >= _CONFIRMED_SHARE * count)
        for count, similar in zip(counts.tolist(), similar_counts.tolist(), strict=True)
    )


def _is_covered(
    covered: ByteArray, points: NDArray[np.float32], reach: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return which keypoints have all corners of their patch covered; corners outside the frame are
    clipped."""
    height, width = covered.shape
    inside = np.ones(len(points), np.bool_)
    for x in (-0.7, 0.7):
        for y in (-0.7, 0.7):
            column = np.clip(np.rint(points[:, 0] + x * reach), 0, width - 1).astype(np.intp)
            row = np.clip(np.rint(points[:, 1] + y * reach), 0, height - 1).astype(np.intp)
            inside &= covered[row, column] != 0
    return inside

"""Align a query with a reference, and compare them.

Matching keypoints propose a transform. Then the query is warped onto the reference, and compared with its
tiles by PDQ and with its cells by keypoints.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from staydown.domain.bank.alignment import Alignment
from staydown.imaging.cell_confirmation import confirm_cells
from staydown.imaging.features import TILES, VARIANTS, ByteArray, Keypoints, QueryFeatures, ReferenceFeatures
from staydown.imaging.projection import (
    MIN_INLIERS,
    TOLERANCE,
    Matrix,
    Points,
    propose_transforms,
    transform_points,
    warp,
)
from staydown.imaging.tiles import TILE_FRAME, tile_distances

MIN_TILE_QUALITY = 50
"""A tile of a reference with a lower quality is not compared."""
_MAX_BITS, _RATIO = 72, 0.9
"""Descriptors match within this many bits of 256, if the best distance is below this share of the second
best."""
_TILE_MARGIN = 0.01
"""A tile may exceed the query by this share of its side."""


def align(query: QueryFeatures, reference: ReferenceFeatures, variant: str) -> Alignment | None:
    """Align a variant of the query (one of VARIANTS) with the reference.

    Returns the alignment with the most agreeing tiles; None if the keypoints propose no plausible transform.
    """
    points = query.variants[VARIANTS.index(variant)]
    pairs = _match_keypoints(points, reference.keypoints)
    source, target = points.points[pairs[:, 0]], reference.keypoints.points[pairs[:, 1]]
    best: Alignment | None = None
    for matrix, fits in propose_transforms(source, target, mirrored="mirrored" in variant):
        inliers = _distinct(source[fits], target[fits])
        if len(inliers) < MIN_INLIERS:
            continue
        alignment = _measure(query, reference, variant, matrix, len(pairs), inliers)
        if best is None or _rank(alignment) > _rank(best):
            best = alignment
    return best


def warp_onto(
    query: QueryFeatures, reference: ReferenceFeatures, alignment: Alignment, width: int, height: int
) -> ByteArray:
    """Return the query warped onto the reference, resized: uint8 (height, width), 0 outside the query."""
    resize = np.diag([width / reference.width, height / reference.height, 1.0])
    plane = np.subtract(255, query.plane) if alignment.inverted else query.plane
    return warp(plane, resize @ np.array(alignment.transform).reshape(3, 3), width, height)


def _rank(alignment: Alignment) -> tuple[int, int, int]:
    return alignment.agreeing_tiles(64), alignment.confirmed_cells, alignment.inliers


def _match_keypoints(query: Keypoints, reference: Keypoints) -> NDArray[np.int64]:
    """Return the pairs of matching keypoints: int64 (n, 2), indices in `query` and in `reference`."""
    if len(query) < 2 or len(reference) < 2:
        return np.empty((0, 2), np.int64)
    bits, nearest = cv2.batchDistance(
        query.descriptors, reference.descriptors, cv2.CV_32S, normType=cv2.NORM_HAMMING, K=2
    )
    good = np.flatnonzero((bits[:, 0] <= _MAX_BITS) & (bits[:, 0] < _RATIO * bits[:, 1]))
    return np.stack([good, nearest[good, 0].astype(np.int64)], axis=1)


def _distinct(source: Points, target: Points) -> Points:
    """Return the target points without duplicates.

    A corner is found at several levels of the pyramid, but must count once: a single blot in both pictures is
    no agreement.
    """
    _, by_target = np.unique(np.rint(target / TOLERANCE), axis=0, return_index=True)
    _, by_source = np.unique(np.rint(source[by_target] / 2), axis=0, return_index=True)
    return target[by_target[by_source]]


def _measure(
    query: QueryFeatures,
    reference: ReferenceFeatures,
    variant: str,
    matrix: Matrix,
    matches: int,
    inliers: Points,
) -> Alignment:
    alignment = Alignment(
        transform=tuple(matrix.ravel().tolist()),
        mirrored="mirrored" in variant,
        inverted="inverted" in variant,
        keypoint_matches=matches,
        inliers=len(inliers),
        overlap=_overlap(query, reference, matrix),
        tile_distances=(None,) * len(TILES),
        cells=(),
    )
    comparable = _covered_tiles(query, reference, matrix) & (reference.qualities >= MIN_TILE_QUALITY)
    covered = warp(np.full(query.plane.shape, 255, np.uint8), matrix, reference.width, reference.height)
    scale = float(abs(np.linalg.det(matrix[:2, :2]))) ** -0.5
    warped = warp_onto(query, reference, alignment, reference.width, reference.height)
    frame = np.asarray(cv2.resize(warped, (TILE_FRAME, TILE_FRAME), interpolation=cv2.INTER_AREA), np.uint8)
    return replace(
        alignment,
        tile_distances=tuple(tile_distances(frame, reference.tiles, comparable)),
        cells=confirm_cells(warped, reference, covered, scale),
    )


def _overlap(query: QueryFeatures, reference: ReferenceFeatures, matrix: Matrix) -> float:
    """Return the share of the smaller picture that overlaps the other, 0 to 1."""
    height, width = query.plane.shape
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)
    outline = transform_points(matrix, corners).astype(np.float32)
    frame = np.array(
        [(0, 0), (reference.width, 0), (reference.width, reference.height), (0, reference.height)], np.float32
    )
    shared, _ = cv2.intersectConvexConvex(outline, frame)
    smaller = min(abs(cv2.contourArea(outline)), reference.width * reference.height)
    return min(1.0, shared / smaller) if smaller > 0 else 0.0


def _covered_tiles(query: QueryFeatures, reference: ReferenceFeatures, matrix: Matrix) -> NDArray[np.bool_]:
    """Return which tiles lie within the query: bool (66,)."""
    height, width = query.plane.shape
    corners = np.array(
        [
            [
                (x * reference.width, y * reference.height)
                for x in _inset(tile.left, tile.width)
                for y in _inset(tile.top, tile.height)
            ]
            for tile in TILES
        ]
    )
    back = transform_points(np.asarray(np.linalg.inv(matrix), np.float64), corners)
    inside = (back >= -0.5) & (back <= (width - 0.5, height - 0.5))
    return np.asarray(inside.all(axis=(1, 2)))


def _inset(start: float, length: float) -> tuple[float, float]:
    return start + length * _TILE_MARGIN, start + length * (1 - _TILE_MARGIN)

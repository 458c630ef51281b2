"""Laying an asked picture over a judged one, and looking whether they are the same there.

Keypoints that look alike propose how the one lies over the other. PDQ disposes: the asked picture is drawn
in the judged one's frame and compared with its tiles; and, field by field, with its keypoints.
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
"""A banked tile plainer than this says nothing."""
_MAX_BITS, _RATIO = 72, 0.9
"""Descriptors match within so many bits of 256, if the second-best in the picture is this much worse."""
_TILE_MARGIN = 0.01
"""By this share of its side a tile may stick out of the asked picture."""


def align(query: QueryFeatures, reference: ReferenceFeatures, variant: str) -> Alignment | None:
    """Lay the asked picture, taken as `variant` (one of VARIANTS), over the judged one.

    The best of the proposals by what agrees; None where the keypoints propose nothing sane.
    """
    points = query.variants[VARIANTS.index(variant)]
    pairs = _match_keypoints(points, reference.keypoints)
    source, target = points.points[pairs[:, 0]], reference.keypoints.points[pairs[:, 1]]
    best: Alignment | None = None
    for matrix, fits in propose_transforms(source, target, mirrored="mirrored" in variant):
        inliers = _distinct(source[fits], target[fits])
        if len(inliers) < MIN_INLIERS:
            continue
        found = _measure(query, reference, variant, matrix, len(pairs), inliers)
        if best is None or _strength(found) > _strength(best):
            best = found
    return best


def warp_onto(
    query: QueryFeatures, reference: ReferenceFeatures, alignment: Alignment, width: int, height: int
) -> ByteArray:
    """The asked picture in the judged one's frame, squeezed into a box: uint8 (height, width), black where
    it does not reach."""
    to_box = np.diag([width / reference.width, height / reference.height, 1.0])
    plane = np.subtract(255, query.plane) if alignment.inverted else query.plane
    return warp(plane, to_box @ np.array(alignment.transform).reshape(3, 3), width, height)


def _strength(alignment: Alignment) -> tuple[int, int, int]:
    return alignment.agreeing_tiles(64), alignment.confirmed_cells, alignment.inliers


def _match_keypoints(query: Keypoints, reference: Keypoints) -> NDArray[np.int64]:
    """Pairs of keypoints that look alike: (n, 2), places in `asked` and in `judged`."""
    if len(query) < 2 or len(reference) < 2:
        return np.empty((0, 2), np.int64)
    bits, nearest = cv2.batchDistance(
        query.descriptors, reference.descriptors, cv2.CV_32S, normType=cv2.NORM_HAMMING, K=2
    )
    good = np.flatnonzero((bits[:, 0] <= _MAX_BITS) & (bits[:, 0] < _RATIO * bits[:, 1]))
    return np.stack([good, nearest[good, 0].astype(np.int64)], axis=1)


def _distinct(source: Points, target: Points) -> Points:
    """One point at a corner, however many levels of the pyramid it was found in.

    A corner is found at several scales, and would be counted as often; a single blot in both pictures
    must not look like agreement.
    """
    _, first = np.unique(np.rint(target / TOLERANCE), axis=0, return_index=True)
    _, also = np.unique(np.rint(source[first] / 2), axis=0, return_index=True)
    return target[first[also]]


def _measure(
    query: QueryFeatures,
    reference: ReferenceFeatures,
    variant: str,
    matrix: Matrix,
    matches: int,
    inliers: Points,
) -> Alignment:
    evidence = Alignment(
        transform=tuple(matrix.ravel().tolist()),
        mirrored="mirrored" in variant,
        inverted="inverted" in variant,
        keypoint_matches=matches,
        inliers=len(inliers),
        overlap=_overlap(query, reference, matrix),
        tile_distances=(None,) * len(TILES),
        cells=(),
    )
    compared = _covered_tiles(query, reference, matrix) & (reference.qualities >= MIN_TILE_QUALITY)
    there = warp(np.full(query.plane.shape, 255, np.uint8), matrix, reference.width, reference.height)
    scale = float(abs(np.linalg.det(matrix[:2, :2]))) ** -0.5
    over = warp_onto(query, reference, evidence, reference.width, reference.height)
    frame = np.asarray(cv2.resize(over, (TILE_FRAME, TILE_FRAME), interpolation=cv2.INTER_AREA), np.uint8)
    return replace(
        evidence,
        tile_distances=tuple(tile_distances(frame, reference.tiles, compared)),
        cells=confirm_cells(over, reference, there, scale),
    )


def _overlap(query: QueryFeatures, reference: ReferenceFeatures, matrix: Matrix) -> float:
    """How much of the smaller picture lies over the other, 0 to 1."""
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
    """Which tiles lie within the asked picture: (66,) bool."""
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

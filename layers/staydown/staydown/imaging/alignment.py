"""Laying an asked picture over a judged one, and looking whether they are the same there.

Keypoints that look alike propose how the one lies over the other. PDQ disposes: the asked picture is drawn
in the judged one's frame and compared with its tiles; and, field by field, with its keypoints.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from staydown.domain.evidence import Evidence
from staydown.imaging.confirmation import confirmed_fields
from staydown.imaging.features import TILES, VARIANTS, AskedFeatures, Bytes, JudgedFeatures, Keypoints
from staydown.imaging.projection import MIN_INLIERS, TOLERANCE, Matrix, Points, drawn, proposals, through
from staydown.imaging.tiles import TILE_FRAME, tile_distances

MIN_TILE_QUALITY = 50
"""A banked tile plainer than this says nothing."""
_MAX_BITS, _RATIO = 72, 0.9
"""Descriptors match within so many bits of 256, if the second-best in the picture is this much worse."""
_COVERED = 0.01
"""By this share of its side a tile may stick out of the asked picture."""


def align(asked: AskedFeatures, judged: JudgedFeatures, variant: str) -> Evidence | None:
    """Lay the asked picture, taken as `variant` (one of VARIANTS), over the judged one.

    The best of the proposals by what agrees; None where the keypoints propose nothing sane.
    """
    points = asked.variants[VARIANTS.index(variant)]
    pairs = _matches(points, judged.keypoints)
    source, target = points.points[pairs[:, 0]], judged.keypoints.points[pairs[:, 1]]
    best: Evidence | None = None
    for matrix, fits in proposals(source, target, mirrored="mirrored" in variant):
        inliers = _distinct(source[fits], target[fits])
        if len(inliers) < MIN_INLIERS:
            continue
        found = _evidence(asked, judged, variant, matrix, len(pairs), inliers)
        if best is None or _strength(found) > _strength(best):
            best = found
    return best


def drawn_over(
    asked: AskedFeatures, judged: JudgedFeatures, evidence: Evidence, width: int, height: int
) -> Bytes:
    """The asked picture in the judged one's frame, squeezed into a box: uint8 (height, width), black where
    it does not reach."""
    to_box = np.diag([width / judged.width, height / judged.height, 1.0])
    plane = np.subtract(255, asked.plane) if evidence.inverted else asked.plane
    return drawn(plane, to_box @ np.array(evidence.transform).reshape(3, 3), width, height)


def _strength(evidence: Evidence) -> tuple[int, int, int]:
    return evidence.agreeing(64), evidence.fields_confirmed, evidence.inliers


def _matches(asked: Keypoints, judged: Keypoints) -> NDArray[np.int64]:
    """Pairs of keypoints that look alike: (n, 2), places in `asked` and in `judged`."""
    if len(asked) < 2 or len(judged) < 2:
        return np.empty((0, 2), np.int64)
    bits, nearest = cv2.batchDistance(
        asked.descriptors, judged.descriptors, cv2.CV_32S, normType=cv2.NORM_HAMMING, K=2
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


def _evidence(
    asked: AskedFeatures,
    judged: JudgedFeatures,
    variant: str,
    matrix: Matrix,
    matches: int,
    inliers: Points,
) -> Evidence:
    cells = np.minimum(inliers * 4 / (judged.width, judged.height), 3).astype(np.intp)
    evidence = Evidence(
        transform=tuple(matrix.ravel().tolist()),
        mirrored="mirrored" in variant,
        inverted="inverted" in variant,
        matches=matches,
        inliers=len(inliers),
        spread=len(np.unique(cells @ (4, 1))),
        overlap=_overlap(asked, judged, matrix),
        tiles=(None,) * len(TILES),
        fields=(),
    )
    compared = _covered(asked, judged, matrix) & (judged.qualities >= MIN_TILE_QUALITY)
    there = drawn(np.full(asked.plane.shape, 255, np.uint8), matrix, judged.width, judged.height)
    scale = float(abs(np.linalg.det(matrix[:2, :2]))) ** -0.5
    over = drawn_over(asked, judged, evidence, judged.width, judged.height)
    frame = np.asarray(cv2.resize(over, (TILE_FRAME, TILE_FRAME), interpolation=cv2.INTER_AREA), np.uint8)
    return replace(
        evidence,
        tiles=tuple(tile_distances(frame, judged.tiles, compared)),
        fields=confirmed_fields(over, judged, there, scale),
    )


def _overlap(asked: AskedFeatures, judged: JudgedFeatures, matrix: Matrix) -> float:
    """How much of the smaller picture lies over the other, 0 to 1."""
    height, width = asked.plane.shape
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)
    outline = through(matrix, corners).astype(np.float32)
    frame = np.array(
        [(0, 0), (judged.width, 0), (judged.width, judged.height), (0, judged.height)], np.float32
    )
    shared, _ = cv2.intersectConvexConvex(outline, frame)
    smaller = min(abs(cv2.contourArea(outline)), judged.width * judged.height)
    return min(1.0, shared / smaller) if smaller > 0 else 0.0


def _covered(asked: AskedFeatures, judged: JudgedFeatures, matrix: Matrix) -> NDArray[np.bool_]:
    """Which tiles lie within the asked picture: (66,) bool."""
    height, width = asked.plane.shape
    corners = np.array(
        [
            [
                (x * judged.width, y * judged.height)
                for x in _inset(tile.left, tile.width)
                for y in _inset(tile.top, tile.height)
            ]
            for tile in TILES
        ]
    )
    back = through(np.asarray(np.linalg.inv(matrix), np.float64), corners)
    inside = (back >= -0.5) & (back <= (width - 0.5, height - 0.5))
    return np.asarray(inside.all(axis=(1, 2)))


def _inset(start: float, length: float) -> tuple[float, float]:
    return start + length * _COVERED, start + length * (1 - _COVERED)

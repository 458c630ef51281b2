"""Laying an asked picture over a judged one, and looking whether they are the same there.

Keypoints that look alike propose an affine map (random samples: Fischler, Bolles, "Random sample
consensus", 1981). PDQ disposes: the asked picture is drawn in the judged one's frame, and compared with its
tiles. Everything is deterministic: the samples are drawn from a fixed seed.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from staydown.domain.evidence import Evidence
from staydown.imaging.features import TILES, VARIANTS, AskedFeatures, JudgedFeatures, Keypoints
from staydown.imaging.luma import Grey
from staydown.imaging.tiles import TILE_FRAME, tile_hashes

Matrix = NDArray[np.float64]
"""An affine map from the asked picture's pixels to the judged one's: float64 (2, 3)."""

MIN_INLIERS = 6
"""Fewer agree by chance; three points already determine the map."""
MIN_TILE_QUALITY = 50
"""A banked tile plainer than this says nothing."""
_MAX_BITS, _RATIO = 72, 0.9
"""Descriptors match within so many bits of 256, if the second-best in the picture is this much worse."""
_TOLERANCE = 5.0
"""How far from where the map puts it a keypoint may lie, in pixels of the judged working picture."""
_SAMPLES, _CONFIDENCE = 2_000, 0.999
_MAX_PROPOSALS = 2
"""An overlay that both pictures wear may outvote the picture itself: then the rest is asked again."""
_MAX_SCALE, _MAX_STRETCH = 8.0, 2.5
"""A copy is enlarged or reduced by no more than the one, and no more longer than broad than the other."""
_COVERED = 0.01
"""By this share of its side a tile may stick out of the asked picture."""


def align(asked: AskedFeatures, judged: JudgedFeatures, variant: str) -> Evidence | None:
    """Lay the asked picture, taken as `variant` (one of VARIANTS), over the judged one.

    The best of the proposals by the tiles that agree; None where the keypoints propose nothing sane.
    """
    points = asked.variants[VARIANTS.index(variant)]
    found = [
        _evidence(asked, judged, variant, matrix, matches, inliers)
        for matrix, matches, inliers in _proposals(points, judged.keypoints, mirrored="mirrored" in variant)
    ]
    return max(found, key=_strength, default=None)


def drawn_over(asked: AskedFeatures, judged: JudgedFeatures, evidence: Evidence, side: int) -> Grey:
    """The asked picture in the judged one's frame, squeezed into a square: uint8 (side, side), black where
    it does not reach."""
    to_square = np.diag([side / judged.width, side / judged.height])
    matrix = to_square @ np.array(evidence.transform).reshape(2, 3)
    plane = np.subtract(255, asked.plane) if evidence.inverted else asked.plane
    return np.asarray(cv2.warpAffine(plane, matrix, (side, side), flags=cv2.INTER_LINEAR), np.uint8)


def _strength(evidence: Evidence) -> tuple[int, int]:
    return evidence.agreeing(64), evidence.inliers


def _proposals(
    asked: Keypoints, judged: Keypoints, *, mirrored: bool
) -> Iterator[tuple[Matrix, int, NDArray[np.float32]]]:
    """Maps, each with how many keypoints matched and where in the judged picture those lie that it
    explains: (n, 2) pixels."""
    pairs = _matches(asked, judged)
    source, target = asked.points[pairs[:, 0]], judged.points[pairs[:, 1]]
    for _ in range(_MAX_PROPOSALS):
        if len(source) < MIN_INLIERS:
            return
        found, mask = cv2.estimateAffine2D(
            source,
            target,
            method=cv2.RANSAC,
            ransacReprojThreshold=_TOLERANCE,
            maxIters=_SAMPLES,
            confidence=_CONFIDENCE,
        )
        if found is None:
            return
        matrix: Matrix = np.asarray(found, np.float64)
        fits = np.asarray(mask, np.bool_).ravel()
        if int(fits.sum()) < MIN_INLIERS:
            return
        if _is_sane(matrix, mirrored=mirrored):
            yield matrix, len(pairs), _distinct(source[fits], target[fits])
        source, target = source[~fits], target[~fits]


def _matches(asked: Keypoints, judged: Keypoints) -> NDArray[np.int64]:
    """Pairs of keypoints that look alike: (n, 2), places in `asked` and in `judged`."""
    if len(asked) < 2 or len(judged) < 2:
        return np.empty((0, 2), np.int64)
    bits, nearest = cv2.batchDistance(
        asked.descriptors, judged.descriptors, cv2.CV_32S, normType=cv2.NORM_HAMMING, K=2
    )
    good = np.flatnonzero((bits[:, 0] <= _MAX_BITS) & (bits[:, 0] < _RATIO * bits[:, 1]))
    return np.stack([good, nearest[good, 0].astype(np.int64)], axis=1)


def _distinct(source: NDArray[np.float32], target: NDArray[np.float32]) -> NDArray[np.float32]:
    """One point at a corner, however many levels of the pyramid it was found in.

    A corner is found at several scales, and would be counted as often; a single blot in both pictures
    must not look like agreement.
    """
    _, first = np.unique(np.rint(target / _TOLERANCE), axis=0, return_index=True)
    _, also = np.unique(np.rint(source[first] / 2), axis=0, return_index=True)
    return target[first[also]]


def _is_sane(matrix: Matrix, *, mirrored: bool) -> bool:
    """Whether somebody may have made a copy so: no reflection that was not asked for, no collapse."""
    linear = matrix[:, :2]
    stretch = np.linalg.svd(linear, compute_uv=False)
    largest, least = float(stretch[0]), float(stretch[1])
    return (
        bool(np.linalg.det(linear) < 0) == mirrored
        and largest <= _MAX_SCALE
        and least >= 1 / _MAX_SCALE
        and largest <= _MAX_STRETCH * least
    )


def _evidence(
    asked: AskedFeatures,
    judged: JudgedFeatures,
    variant: str,
    matrix: Matrix,
    matches: int,
    inliers: NDArray[np.float32],
) -> Evidence:
    a, b, c, d, e, f = (float(value) for value in matrix.ravel())
    bare = Evidence(
        transform=(a, b, c, d, e, f),
        mirrored="mirrored" in variant,
        inverted="inverted" in variant,
        matches=matches,
        inliers=len(inliers),
        spread=_spread(inliers, judged),
        tiles=(None,) * len(TILES),
    )
    compared = _covered(asked, judged, matrix) & (judged.qualities >= MIN_TILE_QUALITY)
    if not compared.any():
        return bare
    hashes, _ = tile_hashes(drawn_over(asked, judged, bare, TILE_FRAME), compared)
    bits = np.bitwise_count(hashes ^ judged.tiles).sum(axis=1, dtype=np.int64)
    tiles = tuple(int(bits[row]) if compared[row] else None for row in range(len(TILES)))
    return Evidence(
        bare.transform, bare.mirrored, bare.inverted, bare.matches, bare.inliers, bare.spread, tiles
    )


def _spread(inliers: NDArray[np.float32], judged: JudgedFeatures) -> int:
    fields = np.minimum(inliers * 4 / (judged.width, judged.height), 3).astype(np.intp)
    return len(np.unique(fields @ (4, 1)))


def _covered(asked: AskedFeatures, judged: JudgedFeatures, matrix: Matrix) -> NDArray[np.bool_]:
    """Which tiles lie within the asked picture: (66,) bool."""
    back = cv2.invertAffineTransform(matrix)
    height, width = asked.plane.shape
    corners = np.array(
        [
            [
                (x * judged.width, y * judged.height, 1.0)
                for x in _inset(tile.left, tile.width)
                for y in _inset(tile.top, tile.height)
            ]
            for tile in TILES
        ]
    )
    there = corners @ np.asarray(back).T
    inside = (there >= -0.5) & (there <= (width - 0.5, height - 0.5))
    return np.asarray(inside.all(axis=(1, 2)))


def _inset(start: float, length: float) -> tuple[float, float]:
    return start + length * _COVERED, start + length * (1 - _COVERED)

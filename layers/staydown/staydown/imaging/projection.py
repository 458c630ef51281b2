"""Transforms from one picture to another: estimate them from pairs of points, check and apply them."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from staydown.imaging.features import ByteArray

Matrix = NDArray[np.float64]
"""A projective transform of points (x, y, 1): float64 (3, 3)."""
Points = NDArray[np.float32]
"""(n, 2), x and y in pixels."""

TOLERANCE = 5.0
"""The maximum distance of an inlier from its transformed position, in pixels."""
MIN_INLIERS = 6
"""Fewer points may agree by chance: three determine an affine transform."""
_SAMPLES, _CONFIDENCE = 2_000, 0.999
_MAX_PROPOSALS = 2
"""An overlay that both pictures carry may have the most inliers. The second proposal is made without them."""
_WIDER = 3.0
"""Points within this multiple of the tolerance of an affine transform may fit a projective one."""
_GAIN, _GAIN_POINTS = 1.1, 4
"""A projective transform must have more inliers than the affine one by this factor and number, since it fits
chance more easily."""
_MAX_SCALE, _MAX_STRETCH, _MAX_PERSPECTIVE = 8.0, 2.5, 2.0
"""The maximum of a plausible copy: its enlargement or reduction, its change of aspect ratio, and the ratio of
the distances of its farthest and nearest point."""


def propose_transforms(
    source: Points, target: Points, *, mirrored: bool
) -> Iterator[tuple[Matrix, NDArray[np.bool_]]]:
    """Yield transforms from source to target points, the one with the most inliers first, and their inliers.

    Inliers are bool (n,). Affine by RANSAC, or projective if that has clearly more inliers, as for a screen
    photographed from the side. Deterministic. Source: Fischler, Bolles, "Random sample consensus", 1981.
    """
    remaining = np.arange(len(source))
    for _ in range(_MAX_PROPOSALS):
        if len(remaining) < MIN_INLIERS:
            return
        found, mask = cv2.estimateAffine2D(
            source[remaining],
            target[remaining],
            method=cv2.RANSAC,
            ransacReprojThreshold=TOLERANCE,
            maxIters=_SAMPLES,
            confidence=_CONFIDENCE,
        )
        if found is None or int(np.count_nonzero(mask)) < MIN_INLIERS:
            return
        matrix = np.vstack([np.asarray(found, np.float64), (0.0, 0.0, 1.0)])
        fits = _residuals(matrix, source, target) <= TOLERANCE
        if _is_plausible(matrix, mirrored=mirrored):
            matrix, fits = _projective(matrix, fits, source, target)
            yield matrix, fits
        remaining = remaining[~fits[remaining]]


def transform_points(matrix: Matrix, points: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the transformed points, float64 (…, 2); a point behind the camera is moved far away."""
    mapped = points @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(mapped[..., :2] / np.maximum(mapped[..., 2:], 1e-6))


def warp(plane: ByteArray, matrix: Matrix, width: int, height: int) -> ByteArray:
    """Return the transformed plane: uint8 (height, width), 0 outside the plane."""
    size = width, height
    if np.array_equal(matrix[2], (0, 0, 1)):
        return np.asarray(cv2.warpAffine(plane, matrix[:2], size, flags=cv2.INTER_LINEAR), np.uint8)
    return np.asarray(cv2.warpPerspective(plane, matrix, size, flags=cv2.INTER_LINEAR), np.uint8)


def _residuals(matrix: Matrix, source: Points, target: Points) -> NDArray[np.float64]:
    return np.asarray(np.linalg.norm(transform_points(matrix, source) - target, axis=1))


def _projective(
    affine: Matrix, fits: NDArray[np.bool_], source: Points, target: Points
) -> tuple[Matrix, NDArray[np.bool_]]:
    """Return the projective transform near an affine one, or the affine one.

    The projective one must have clearly more inliers.
    """
    near = _residuals(affine, source, target) <= TOLERANCE * _WIDER
    if int(near.sum()) < _GAIN * int(fits.sum()) + _GAIN_POINTS:
        return affine, fits
    found, _ = cv2.findHomography(
        source[near], target[near], cv2.RANSAC, TOLERANCE, maxIters=_SAMPLES, confidence=_CONFIDENCE
    )
    if found is None:
        return affine, fits
    matrix: Matrix = np.asarray(found, np.float64)
    better = _residuals(matrix, source, target) <= TOLERANCE
    depth = source[better] @ matrix[2, :2] + matrix[2, 2]
    if (
        int(better.sum()) < _GAIN * int(fits.sum()) + _GAIN_POINTS
        or float(depth.min()) <= 0
        or float(depth.max()) > _MAX_PERSPECTIVE * float(depth.min())
    ):
        return affine, fits
    return matrix, better


def _is_plausible(matrix: Matrix, *, mirrored: bool) -> bool:
    """Return whether the transform may be that of a copy: mirrored as expected, and within the limits."""
    linear = matrix[:2, :2]
    largest, smallest = (float(value) for value in np.linalg.svd(linear, compute_uv=False))
    return (
        bool(np.linalg.det(linear) < 0) == mirrored
        and largest <= _MAX_SCALE
        and smallest >= 1 / _MAX_SCALE
        and largest <= _MAX_STRETCH * smallest
    )

"""Maps from one picture to another: found from pairs of points, drawn through, checked for sense."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from staydown.imaging.features import ByteArray

Matrix = NDArray[np.float64]
"""A projective map, float64 (3, 3), of points (x, y, 1)."""
Points = NDArray[np.float32]
"""(n, 2), x and y in pixels."""

TOLERANCE = 5.0
"""How far from where a map puts it a point may lie, pixels."""
MIN_INLIERS = 6
"""Fewer agree by chance; three points already determine an affine map."""
_SAMPLES, _CONFIDENCE = 2_000, 0.999
_MAX_PROPOSALS = 2
"""An overlay that both pictures wear may outvote the picture itself: then the rest is asked again."""
_WIDER = 3.0
"""Points that miss an affine map by so many times the tolerance may fit a projective one."""
_GAIN, _GAIN_POINTS = 1.1, 4
"""A projective map must explain this much more than the affine one: it bends to chance more easily."""
_MAX_SCALE, _MAX_STRETCH, _MAX_PERSPECTIVE = 8.0, 2.5, 2.0
"""Of a copy: how much larger or smaller; how much longer than broad than it was; how much nearer one side of
a screen may be than the other."""


def propose_transforms(
    source: Points, target: Points, *, mirrored: bool
) -> Iterator[tuple[Matrix, NDArray[np.bool_]]]:
    """Maps from source points to their targets, the one with the most support first, and which pairs
    support it: (n,) bool.

    Affine by random samples (Fischler, Bolles, "Random sample consensus", 1981), made projective where that
    explains clearly more: a screen photographed from the side. The samples are drawn from a fixed seed.
    """
    left = np.arange(len(source))
    for _ in range(_MAX_PROPOSALS):
        if len(left) < MIN_INLIERS:
            return
        found, mask = cv2.estimateAffine2D(
            source[left],
            target[left],
            method=cv2.RANSAC,
            ransacReprojThreshold=TOLERANCE,
            maxIters=_SAMPLES,
            confidence=_CONFIDENCE,
        )
        if found is None or int(np.count_nonzero(mask)) < MIN_INLIERS:
            return
        matrix = np.vstack([np.asarray(found, np.float64), (0.0, 0.0, 1.0)])
        fits = _residuals(matrix, source, target) <= TOLERANCE
        if _is_sane(matrix, mirrored=mirrored):
            matrix, fits = _projective(matrix, fits, source, target)
            yield matrix, fits
        left = left[~fits[left]]


def transform_points(matrix: Matrix, points: NDArray[np.floating]) -> NDArray[np.float64]:
    """Where the map puts points (…, 2); far away where it puts them behind the camera."""
    mapped = points @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(mapped[..., :2] / np.maximum(mapped[..., 2:], 1e-6))


def warp(plane: ByteArray, matrix: Matrix, width: int, height: int) -> ByteArray:
    """The plane drawn through the map into a frame: uint8 (height, width), 0 where it does not reach."""
    size = width, height
    if np.array_equal(matrix[2], (0, 0, 1)):
        return np.asarray(cv2.warpAffine(plane, matrix[:2], size, flags=cv2.INTER_LINEAR), np.uint8)
    return np.asarray(cv2.warpPerspective(plane, matrix, size, flags=cv2.INTER_LINEAR), np.uint8)


def _residuals(matrix: Matrix, source: Points, target: Points) -> NDArray[np.float64]:
    return np.asarray(np.linalg.norm(transform_points(matrix, source) - target, axis=1))


def _projective(
    affine: Matrix, fits: NDArray[np.bool_], source: Points, target: Points
) -> tuple[Matrix, NDArray[np.bool_]]:
    """The projective map of the pairs around an affine one, if it explains more; else the affine one."""
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


def _is_sane(matrix: Matrix, *, mirrored: bool) -> bool:
    """Whether somebody may have made a copy so: no reflection that was not asked for, no collapse."""
    linear = matrix[:2, :2]
    largest, least = (float(value) for value in np.linalg.svd(linear, compute_uv=False))
    return (
        bool(np.linalg.det(linear) < 0) == mirrored
        and largest <= _MAX_SCALE
        and least >= 1 / _MAX_SCALE
        and largest <= _MAX_STRETCH * least
    )

"""Measure how a query differs from its reference, in numbers for reviewers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staydown.domain.bank.alignment import Alignment
from staydown.imaging.decode import Frame, Picture
from staydown.imaging.features import QueryFeatures, ReferenceFeatures
from staydown.imaging.keypoints import reference_crop
from staydown.imaging.projection import Matrix, transform_points, warp

_MIN_PERSPECTIVE = 1.05


@dataclass(frozen=True, slots=True)
class Placement:
    """The transformation from reference to query: mirrored first, then rotated, then scaled."""

    rotation: float
    """Degrees clockwise, above -180 and up to 180."""
    scale: float
    """The length in the query of one pixel of the reference, both at full size, in the middle of their
    overlap."""
    stretch: float
    """The ratio of the largest to the smallest scale, 1 or more."""
    mirrored: bool
    """Mirrored left to right."""
    inverted: bool
    """A negative."""
    has_perspective: bool
    """Seen from the side, as a photographed screen."""
    reference_coverage: float
    """The share of the reference that the query shows, 0 to 1."""
    query_coverage: float
    """The share of the query that the reference fills, 0 to 1."""


def measure_placement(
    picture: Picture, reference: ReferenceFeatures, frame: Frame, query: QueryFeatures, alignment: Alignment
) -> Placement:
    """Measure an alignment.

    picture: the decoded reference. frame: the decoded frame of the query, which `query` and `alignment` are
    from.
    """
    matrix = np.array(alignment.transform).reshape(3, 3)
    back: Matrix = np.asarray(np.linalg.inv(matrix), np.float64)
    covered = warp(np.full(query.plane.shape, 255, np.uint8), matrix, reference.width, reference.height) > 0
    height, width = query.plane.shape
    filled = warp(np.full((reference.height, reference.width), 255, np.uint8), back, width, height) > 0
    rows, columns = np.nonzero(covered)
    middle = np.array((columns.mean(), rows.mean())) if len(rows) else np.zeros(2)

    linear = (
        _to_full_size(frame, query)
        @ _local_linear_map(back, middle)
        @ np.linalg.inv(_reference_to_full_size(picture, reference))
    )
    upright = linear @ np.diag((-1.0, 1.0)) if alignment.mirrored else linear
    rotation = np.degrees(np.arctan2(upright[1, 0] - upright[0, 1], upright[0, 0] + upright[1, 1]))
    largest, smallest = (float(value) for value in np.linalg.svd(upright, compute_uv=False))
    depth = back[2, :2] @ _corners(reference).T + back[2, 2]
    return Placement(
        rotation=float(rotation),
        scale=(largest * smallest) ** 0.5,
        stretch=largest / smallest,
        mirrored=alignment.mirrored,
        inverted=alignment.inverted,
        has_perspective=float(depth.max()) > _MIN_PERSPECTIVE * float(depth.min()),
        reference_coverage=float(covered.mean()),
        query_coverage=float(filled.mean()),
    )


def _local_linear_map(matrix: Matrix, point: Matrix) -> Matrix:
    """Return the linear approximation of a projective transform at a point: float64 (2, 2)."""
    depth = matrix[2, :2] @ point + matrix[2, 2]
    return np.asarray((matrix[:2, :2] - np.outer(transform_points(matrix, point), matrix[2, :2])) / depth)


def _to_full_size(frame: Frame, query: QueryFeatures) -> Matrix:
    """Return the scale from working size to full size: float64 (2, 2)."""
    rows, columns = frame.luma.shape
    height, width = query.plane.shape
    return np.diag((columns * frame.factor[0] / width, rows * frame.factor[1] / height))


def _reference_to_full_size(picture: Picture, reference: ReferenceFeatures) -> Matrix:
    part, factor = reference_crop(picture), picture.frames[0].factor
    columns, rows = part.right - part.left, part.bottom - part.top
    return np.diag((columns * factor[0] / reference.width, rows * factor[1] / reference.height))


def _corners(reference: ReferenceFeatures) -> Matrix:
    return np.array([(x, y) for x in (0.0, reference.width) for y in (0.0, reference.height)])

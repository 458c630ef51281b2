"""How one picture was made of another, in figures that a person understands."""

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
    """What was done to the judged picture: mirrored left to right first, then turned, then scaled.

    turned: degrees clockwise, above -180 and up to 180. scale: pixels of the asked file for one of the
    judged one, by length, both at full size; in the middle of what both show. stretch: how much more that
    is in one direction than in the other, 1 or more. slanted: seen from the side, as a photographed screen.
    shown: how much of the judged picture the asked one reaches, 0 to 1. filled: how much of the asked one
    that takes up, 0 to 1.
    """

    rotation: float
    scale: float
    stretch: float
    mirrored: bool
    inverted: bool
    has_perspective: bool
    reference_coverage: float
    query_coverage: float


def measure_placement(
    picture: Picture, reference: ReferenceFeatures, frame: Frame, query: QueryFeatures, alignment: Alignment
) -> Placement:
    """picture: the judged one. frame: the asked one, of which `asked` and the evidence are."""
    matrix = np.array(alignment.transform).reshape(3, 3)
    back: Matrix = np.asarray(np.linalg.inv(matrix), np.float64)
    there = warp(np.full(query.plane.shape, 255, np.uint8), matrix, reference.width, reference.height) > 0
    height, width = query.plane.shape
    taken = warp(np.full((reference.height, reference.width), 255, np.uint8), back, width, height) > 0
    rows, columns = np.nonzero(there)
    middle = np.array((columns.mean(), rows.mean())) if len(rows) else np.zeros(2)

    linear = (
        _to_full_size(frame, query)
        @ _local_linear_map(back, middle)
        @ np.linalg.inv(_reference_to_full_size(picture, reference))
    )
    upright = linear @ np.diag((-1.0, 1.0)) if alignment.mirrored else linear
    turned = np.degrees(np.arctan2(upright[1, 0] - upright[0, 1], upright[0, 0] + upright[1, 1]))
    largest, least = (float(value) for value in np.linalg.svd(upright, compute_uv=False))
    depth = back[2, :2] @ _corners(reference).T + back[2, 2]
    return Placement(
        rotation=float(turned),
        scale=(largest * least) ** 0.5,
        stretch=largest / least,
        mirrored=alignment.mirrored,
        inverted=alignment.inverted,
        has_perspective=float(depth.max()) > _MIN_PERSPECTIVE * float(depth.min()),
        reference_coverage=float(there.mean()),
        query_coverage=float(taken.mean()),
    )


def _local_linear_map(matrix: Matrix, point: Matrix) -> Matrix:
    """The linear map that a projective one is about a point: float64 (2, 2)."""
    depth = matrix[2, :2] @ point + matrix[2, 2]
    return np.asarray((matrix[:2, :2] - np.outer(transform_points(matrix, point), matrix[2, :2])) / depth)


def _to_full_size(frame: Frame, query: QueryFeatures) -> Matrix:
    """Pixels of the file for one of the working picture, across and down."""
    rows, columns = frame.luma.shape
    height, width = query.plane.shape
    return np.diag((columns * frame.factor[0] / width, rows * frame.factor[1] / height))


def _reference_to_full_size(picture: Picture, reference: ReferenceFeatures) -> Matrix:
    part, factor = reference_crop(picture), picture.frames[0].factor
    columns, rows = part.right - part.left, part.bottom - part.top
    return np.diag((columns * factor[0] / reference.width, rows * factor[1] / reference.height))


def _corners(reference: ReferenceFeatures) -> Matrix:
    return np.array([(x, y) for x in (0.0, reference.width) for y in (0.0, reference.height)])

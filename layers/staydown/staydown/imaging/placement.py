"""How one picture was made of another, in figures that a person understands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staydown.domain.evidence import Evidence
from staydown.imaging.decode import Frame, Picture
from staydown.imaging.features import AskedFeatures, JudgedFeatures
from staydown.imaging.keypoints import banked_part
from staydown.imaging.projection import Matrix, drawn, through

_SLANT = 1.05


@dataclass(frozen=True, slots=True)
class Placement:
    """What was done to the judged picture: mirrored left to right first, then turned, then scaled.

    turned: degrees clockwise, above -180 and up to 180. scale: pixels of the asked file for one of the
    judged one, by length, both at full size; in the middle of what both show. stretch: how much more that
    is in one direction than in the other, 1 or more. slanted: seen from the side, as a photographed screen.
    shown: how much of the judged picture the asked one reaches, 0 to 1. filled: how much of the asked one
    that takes up, 0 to 1.
    """

    turned: float
    scale: float
    stretch: float
    mirrored: bool
    inverted: bool
    slanted: bool
    shown: float
    filled: float


def placement(
    picture: Picture, judged: JudgedFeatures, frame: Frame, asked: AskedFeatures, evidence: Evidence
) -> Placement:
    """picture: the judged one. frame: the asked one, of which `asked` and the evidence are."""
    matrix = np.array(evidence.transform).reshape(3, 3)
    back: Matrix = np.asarray(np.linalg.inv(matrix), np.float64)
    there = drawn(np.full(asked.plane.shape, 255, np.uint8), matrix, judged.width, judged.height) > 0
    height, width = asked.plane.shape
    taken = drawn(np.full((judged.height, judged.width), 255, np.uint8), back, width, height) > 0
    rows, columns = np.nonzero(there)
    middle = np.array((columns.mean(), rows.mean())) if len(rows) else np.zeros(2)

    linear = _to_full_size(frame, asked) @ _slope(back, middle) @ np.linalg.inv(_of_judged(picture, judged))
    upright = linear @ np.diag((-1.0, 1.0)) if evidence.mirrored else linear
    turned = np.degrees(np.arctan2(upright[1, 0] - upright[0, 1], upright[0, 0] + upright[1, 1]))
    largest, least = (float(value) for value in np.linalg.svd(upright, compute_uv=False))
    depth = back[2, :2] @ _corners(judged).T + back[2, 2]
    return Placement(
        turned=float(turned),
        scale=(largest * least) ** 0.5,
        stretch=largest / least,
        mirrored=evidence.mirrored,
        inverted=evidence.inverted,
        slanted=float(depth.max()) > _SLANT * float(depth.min()),
        shown=float(there.mean()),
        filled=float(taken.mean()),
    )


def _slope(matrix: Matrix, point: Matrix) -> Matrix:
    """The linear map that a projective one is about a point: float64 (2, 2)."""
    depth = matrix[2, :2] @ point + matrix[2, 2]
    return np.asarray((matrix[:2, :2] - np.outer(through(matrix, point), matrix[2, :2])) / depth)


def _to_full_size(frame: Frame, asked: AskedFeatures) -> Matrix:
    """Pixels of the file for one of the working picture, across and down."""
    rows, columns = frame.luma.shape
    height, width = asked.plane.shape
    return np.diag((columns * frame.factor[0] / width, rows * frame.factor[1] / height))


def _of_judged(picture: Picture, judged: JudgedFeatures) -> Matrix:
    part, factor = banked_part(picture), picture.frames[0].factor
    columns, rows = part.right - part.left, part.bottom - part.top
    return np.diag((columns * factor[0] / judged.width, rows * factor[1] / judged.height))


def _corners(judged: JudgedFeatures) -> Matrix:
    return np.array([(x, y) for x in (0.0, judged.width) for y in (0.0, judged.height)])

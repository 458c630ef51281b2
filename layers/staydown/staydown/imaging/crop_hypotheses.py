"""Hashes of the frames that a picture may have been cropped from.

A copy cropped by a few percent, or rotated slightly and cropped, has a very different hash, because all its
frequencies are shifted. So crop hypotheses are made of the original frame. The area outside the copy is
extrapolated: the edge of the copy continues and fades to its mean grey, since low frequencies change little
between neighbouring places. If the hypothesis is close, the extrapolated 10% of the frame changes about 20
bits of 256.

The hypotheses were chosen from 243, on 100 photographs cropped by up to 12% of the area or rotated by up to 7
degrees. They find 80% of such copies by the one hash of the original; without them, none is found.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image

from staydown.domain.bank.hashes import PdqHash
from staydown.imaging.luma import Plane
from staydown.imaging.pdq import hash_stack, smooth_and_sample

_POINTS = 256
_ENOUGH = 240
"""The minimum shorter side of the reduced plane: four pixels for each block."""
_FADE = 0.08
"""Outside the edge, the picture fades by a factor of e over this share of its side."""
_MARGIN = 64
"""Points outside the edge: more than any hypothesis reaches."""
_BILINEAR = Image.Resampling.BILINEAR


@dataclass(frozen=True, slots=True)
class CropHypothesis:
    """A frame that the picture may have been cropped from."""

    name: str
    """Part of the name of a view."""
    scale: float = 1.0
    """The sides of the frame, as a multiple of those of the picture."""
    across: float = 0.0
    """How far the picture is right of the middle of the frame, as a share of the frame's side."""
    down: float = 0.0
    """How far the picture is below the middle of the frame, as a share of the frame's side."""
    degrees: float = 0.0
    """How far the picture was rotated clockwise in the frame."""


def crop_hypotheses(width: int, height: int) -> tuple[CropHypothesis, ...]:
    """Return the hypotheses for a picture of that size: 10 larger frames and 14 rotated ones."""
    offsets = (-0.0135, 0.0, 0.0135)
    larger = [CropHypothesis("uncropped", 1 / 0.98)]
    larger += [CropHypothesis("uncropped", 1 / 0.955, across, down) for down in offsets for across in offsets]
    rotated = [
        CropHypothesis(_rotation_name(degrees), degrees=degrees)
        for size in (2.5, 4.5, 6.5)
        for degrees in (-size, size)
    ]
    for size in (1.75, 3.0, 4.5, 5.75):
        scale = _scale_before_crop(width, height, size)
        rotated += [
            CropHypothesis(f"{_rotation_name(degrees)}, uncropped", scale, degrees=degrees)
            for degrees in (-size, size)
        ]
    return (*larger, *rotated)


def crop_hypothesis_hashes(plane: Plane) -> Iterator[tuple[str, PdqHash]]:
    """Yield the name and hash of each hypothesis, then those of the mirrored ones. plane: luma, 0 to 255."""
    height, width = plane.shape
    hypotheses = crop_hypotheses(width, height)
    small = np.asarray(Image.fromarray(plane).reduce(max(1, min(plane.shape) // _ENOUGH)), np.float32)
    for suffix, picture in (("", small), (", mirrored", np.fliplr(small))):
        field = _extended(smooth_and_sample(picture, _POINTS))
        blocks = [
            np.asarray(
                field.transform(
                    (64, 64), Image.Transform.AFFINE, _affine_map(hypothesis, width / height), _BILINEAR
                )
            )
            for hypothesis in hypotheses
        ]
        for hypothesis, row in zip(hypotheses, hash_stack(np.stack(blocks)), strict=True):
            yield hypothesis.name + suffix, PdqHash(row.tobytes())


def _rotation_name(degrees: float) -> str:
    return f"straightened by {-degrees:g}"


def _scale_before_crop(width: int, height: int, degrees: float) -> float:
    """Return the scale of the frame if the picture was rotated by that much and its empty corners cropped."""
    along, off = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return max(along + off * height / width, along + off * width / height)


def _extended(field: Plane) -> Image.Image:
    """Return the field with a margin on every side, in which its edge continues and fades; mode F."""
    return Image.fromarray(np.pad(field - field.mean(), _MARGIN, mode="edge") * _fade())


@lru_cache(maxsize=1)
def _fade() -> Plane:
    """Return the remaining share of the edge at each point of the extended field; 1 inside the picture."""
    places = np.arange(-_MARGIN, _POINTS + _MARGIN, dtype=np.float32)
    outside = np.maximum(np.maximum(-places, places - (_POINTS - 1)), 0)
    return np.exp(-np.hypot(outside[:, None], outside) / (_FADE * _POINTS))


def _affine_map(
    hypothesis: CropHypothesis, aspect_ratio: float
) -> tuple[float, float, float, float, float, float]:
    """Return the affine map from the 64 x 64 blocks of the frame to the extended field.

    aspect_ratio: width / height of the picture.
    """
    along = hypothesis.scale * math.cos(math.radians(hypothesis.degrees))
    off = hypothesis.scale * math.sin(math.radians(hypothesis.degrees))
    x, y = -0.5 - hypothesis.across, -0.5 - hypothesis.down
    per_block, middle = _POINTS / 64, _MARGIN + _POINTS / 2
    return (
        along * per_block,
        -off / aspect_ratio * per_block,
        middle + _POINTS * (along * x - off / aspect_ratio * y),
        off * aspect_ratio * per_block,
        along * per_block,
        middle + _POINTS * (off * aspect_ratio * x + along * y),
    )

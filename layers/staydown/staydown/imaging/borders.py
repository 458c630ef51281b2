"""Finding the plain border, letterbox or bars around a picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staydown.imaging.luma import Grey, Plane

_SAMPLES = 200
"""How many pixels of a line are looked at."""
_PLAIN_SHARE = 0.97
"""A line belongs to the border if this share of it has the border's grey."""
_TOLERANCE, _MAX_TOLERANCE = 5.0, 20.0
"""How far from the border's grey that may be: little, since a white border often meets a bright sky; more
where the border itself is noisy."""
_RIM, _RIM_TOLERANCE = 3, 25.0
"""JPEG and scaling blur the last lines before the picture; this many may be so far from the grey."""
_MIN_LEFT, _MIN_SIDE = 0.2, 8
"""Where less than this share of a side, or fewer pixels, would be left, the picture itself is plain."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of a picture worth hashing by itself. name: in words that a reviewer reads. The rest: in
    pixels of the plane, right and bottom exclusive."""

    name: str
    left: int
    top: int
    right: int
    bottom: int

    def of(self, plane: Plane) -> Plane:
        return plane[self.top : self.bottom, self.left : self.right]


def border_crops(plane: Grey) -> Iterator[Crop]:
    """The picture without its plain border of any grey, and without a second one inside the first.

    Bars on two sides, a frame on four, or of a different grey on every side: all are borders.
    """
    crop = Crop("trimmed", 0, 0, plane.shape[1], plane.shape[0])
    for name in ("trimmed", "trimmed twice"):
        inner = _without_border(plane, crop, name)
        if inner is None:
            return
        yield inner
        crop = inner


def _without_border(plane: Grey, outer: Crop, name: str) -> Crop | None:
    """One layer taken off, or None where there is none (or nothing else)."""
    part = plane[outer.top : outer.bottom, outer.left : outer.right]
    height, width = part.shape
    top, bottom = _content(part)
    if bottom - top < max(_MIN_SIDE, height * _MIN_LEFT):
        return None
    left, right = _content(part[top:bottom].T)
    if right - left < max(_MIN_SIDE, width * _MIN_LEFT):
        return None
    taken = height - (bottom - top), width - (right - left)
    if taken[0] < max(2, height // 200) and taken[1] < max(2, width // 200):
        return None
    return Crop(name, outer.left + left, outer.top + top, outer.left + right, outer.top + bottom)


def _content(lines: Grey) -> tuple[int, int]:
    """The first line that is not border, and one past the last; (0, 0) where all are."""
    sample = lines[:, :: max(1, lines.shape[1] // _SAMPLES)].astype(np.int16)
    first = _border_lines(sample)
    if first == len(sample):
        return 0, 0
    return first, len(sample) - _border_lines(sample[::-1])


def _border_lines(sample: NDArray[np.int16]) -> int:
    """How many lines from the first on have the grey of the first."""
    grey = np.median(sample[0])
    noise = 1.4826 * np.median(np.abs(sample[0] - grey))
    away = np.abs(sample - grey)
    tolerance = min(_TOLERANCE + 3 * noise, _MAX_TOLERANCE)
    lines = _leading(np.mean(away <= tolerance, axis=1) >= _PLAIN_SHARE)
    if lines == 0:
        return 0
    rim = away[lines : lines + _RIM]
    return lines + _leading(np.mean(rim <= _RIM_TOLERANCE, axis=1) >= _PLAIN_SHARE)


def _leading(flags: NDArray[np.bool_]) -> int:
    """How many of the flags are set before the first that is not."""
    return len(flags) if flags.all() else int(np.argmin(flags))

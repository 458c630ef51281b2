"""Find plain borders, letterboxes and bars around a picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staydown.imaging.luma import Grey, Plane

_SAMPLES = 200
"""Pixels of a line that are sampled."""
_PLAIN_SHARE = 0.97
"""A line belongs to the border if this share of its pixels has the border's grey."""
_TOLERANCE, _MAX_TOLERANCE = 5.0, 20.0
"""Accepted distance from the border's grey. Small, since a white border often meets a bright sky; larger if
the border is noisy."""
_RIM, _RIM_TOLERANCE = 3, 25.0
"""JPEG and scaling blur the last lines of the border; this many lines have the larger tolerance."""
_MIN_LEFT, _MIN_SIDE = 0.2, 8
"""If less than this share of a side, or fewer pixels, would remain, the picture itself is plain."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of a plane, in pixels; right and bottom are exclusive."""

    name: str
    """Part of the name of a view; reviewers read it."""
    left: int
    top: int
    right: int
    bottom: int

    def of(self, plane: Plane) -> Plane:
        """Return this part of the plane, as a view of its memory."""
        return plane[self.top : self.bottom, self.left : self.right]


def border_crops(plane: Grey) -> Iterator[Crop]:
    """Yield the picture without its plain border, and without a second border inside the first.

    A border may have any grey, on two or four sides, with a different grey on each side.
    """
    crop = Crop("trimmed", 0, 0, plane.shape[1], plane.shape[0])
    for name in ("trimmed", "trimmed twice"):
        inner = _without_border(plane, crop, name)
        if inner is None:
            return
        yield inner
        crop = inner


def _without_border(plane: Grey, outer: Crop, name: str) -> Crop | None:
    """Return the part inside the border; None if there is no border, or nothing inside it."""
    part = plane[outer.top : outer.bottom, outer.left : outer.right]
    height, width = part.shape
    top, bottom = _content(part)
    if bottom - top < max(_MIN_SIDE, height * _MIN_LEFT):
        return None
    left, right = _content(part[top:bottom].T)
    if right - left < max(_MIN_SIDE, width * _MIN_LEFT):
        return None
    removed = height - (bottom - top), width - (right - left)
    if removed[0] < max(2, height // 200) and removed[1] < max(2, width // 200):
        return None
    return Crop(name, outer.left + left, outer.top + top, outer.left + right, outer.top + bottom)


def _content(lines: Grey) -> tuple[int, int]:
    """Return the first line that is not border, and the one after the last; (0, 0) if all lines are
    border."""
    sample = lines[:, :: max(1, lines.shape[1] // _SAMPLES)].astype(np.int16)
    first = _border_lines(sample)
    if first == len(sample):
        return 0, 0
    return first, len(sample) - _border_lines(sample[::-1])


def _border_lines(sample: NDArray[np.int16]) -> int:
    """Return the number of leading lines with the grey of the first line."""
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
    """Return the number of leading true flags."""
    return len(flags) if flags.all() else int(np.argmin(flags))

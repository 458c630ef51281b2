"""The picture that a page holds: what is banked of a screenshot, a captioned picture, a picture in a frame.

Two unrelated pictures on the same app's page share the page: its bars, its buttons, its words. So what a
reviewer judged to be the picture should not be the page around it. But nothing of the picture may be lost
either: a page is cut along flat lines alone, as pages have them and photographs hardly ever, and only where
nothing but small pieces is cut off, such as words, icons, a bar. A collage stays whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from staydown.imaging.borders import Crop, border_crops
from staydown.imaging.luma import Grey
from staydown.imaging.page_panels import reduce_page, to_full_size

PAGE_PICTURE = "framed picture"
_FLAT, _OUTLIERS = 5.0, 0.01
"""A line is flat if its greys are so near, the extremes (this share of its pixels at either end) left out."""
_SMALL = 0.1
"""What is cut off is no picture of its own: no piece of it has more than this share of the page's area."""
_MIN_SHARE = 0.12
"""The picture's sides, at least, as shares of the page's."""
_ROUNDS = 6

Box = tuple[int, int, int, int]
"""Top, bottom, left, right, in pixels of the reduced page."""


def page_picture(grey: Grey) -> Crop | None:
    """The picture on a page of any greys, without what surrounds it; None where it fills the page."""
    page, factor = reduce_page(grey)
    box = whole = (0, page.shape[0], 0, page.shape[1])
    for turn in range(_ROUNDS):
        box = _without_small_pieces(page, box, turn % 2)
    is_large = box[1] - box[0] >= _MIN_SHARE * whole[1] and box[3] - box[2] >= _MIN_SHARE * whole[3]
    if box == whole or not is_large:
        return _trimmed(grey)
    return to_full_size(box, factor, grey, PAGE_PICTURE)


def _trimmed(grey: Grey) -> Crop | None:
    """Without a plain border, which is found to the pixel, however thin."""
    layers = list(border_crops(grey))
    return replace(layers[-1], name=PAGE_PICTURE) if layers else None


def _without_small_pieces(page: NDArray[np.float32], box: Box, axis: int) -> Box:
    """The one large piece of the box between flat rows (axis 0) or columns; the box where there are more."""
    pieces = sorted(_between_flat_lines(page, box, axis), key=_area, reverse=True)
    if not pieces or (len(pieces) > 1 and _area(pieces[1]) > _SMALL * page.size):
        return box
    return pieces[0]


def _between_flat_lines(page: NDArray[np.float32], box: Box, axis: int) -> Iterator[Box]:
    top, bottom, left, right = box
    lines = page[top:bottom, left:right] if axis == 0 else page[top:bottom, left:right].T
    out = int(lines.shape[1] * _OUTLIERS)
    ranked = np.sort(lines, axis=1)
    flat = ranked[:, -1 - out] - ranked[:, out] <= _FLAT
    turns = np.diff(np.concatenate([[True], flat, [True]]).astype(np.int8))
    for first, last in zip(np.flatnonzero(turns == -1), np.flatnonzero(turns == 1), strict=True):
        low, high = int(first), int(last)
        yield (top + low, top + high, left, right) if axis == 0 else (top, bottom, left + low, left + high)


def _area(box: Box) -> int:
    return (box[1] - box[0]) * (box[3] - box[2])

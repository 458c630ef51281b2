"""Find the picture on a page: a screenshot, a captioned picture, a picture in a frame.

Two unrelated pictures on pages of the same app share its bars, buttons and text. So the reference is the
picture without the page around it. Nothing of the picture may be lost either: a page is cut only along flat
lines, which photographs hardly ever have, and only if the parts cut off are small, such as text, icons or a
bar. A collage stays whole.
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
"""A line is flat if the range of its greys is at most this, without the given share of outliers at both
ends."""
_SMALL = 0.1
"""No part that is cut off may exceed this share of the page's area: a larger one may be a picture itself."""
_MIN_SHARE = 0.12
"""The minimum sides of the picture, as shares of those of the page."""
_ROUNDS = 6

Box = tuple[int, int, int, int]
"""Top, bottom, left, right, in pixels of the reduced page."""


def page_picture(grey: Grey) -> Crop | None:
    """Return the picture on a page; None if it fills the page. grey: uint8 (height, width)."""
    page, factor = reduce_page(grey)
    box = whole = (0, page.shape[0], 0, page.shape[1])
    for number in range(_ROUNDS):
        box = _without_small_pieces(page, box, number % 2)
    is_large = box[1] - box[0] >= _MIN_SHARE * whole[1] and box[3] - box[2] >= _MIN_SHARE * whole[3]
    if box == whole or not is_large:
        return _trimmed(grey)
    return to_full_size(box, factor, grey, PAGE_PICTURE)


def _trimmed(grey: Grey) -> Crop | None:
    """Return the picture without its plain border, which is found to the pixel; None if there is none."""
    layers = list(border_crops(grey))
    return replace(layers[-1], name=PAGE_PICTURE) if layers else None


def _without_small_pieces(page: NDArray[np.float32], box: Box, axis: int) -> Box:
    """Return the only large piece of the box between flat rows (axis 0) or columns (1); else the box
    itself."""
    pieces = sorted(_between_flat_lines(page, box, axis), key=_area, reverse=True)
    if not pieces or (len(pieces) > 1 and _area(pieces[1]) > _SMALL * page.size):
        return box
    return pieces[0]


def _between_flat_lines(page: NDArray[np.float32], box: Box, axis: int) -> Iterator[Box]:
    top, bottom, left, right = box
    lines = page[top:bottom, left:right] if axis == 0 else page[top:bottom, left:right].T
    outliers = int(lines.shape[1] * _OUTLIERS)
    ranked = np.sort(lines, axis=1)
    is_flat = ranked[:, -1 - outliers] - ranked[:, outliers] <= _FLAT
    changes = np.diff(np.concatenate([[True], is_flat, [True]]).astype(np.int8))
    for first, last in zip(np.flatnonzero(changes == -1), np.flatnonzero(changes == 1), strict=True):
        low, high = int(first), int(last)
        yield (top + low, top + high, left, right) if axis == 0 else (top, bottom, left + low, left + high)


def _area(box: Box) -> int:
    return (box[1] - box[0]) * (box[3] - box[2])

"""Find the panels of a page: of a screenshot, a collage, or a picture with a caption or a blurred surround.

A page is cut along plain lines and seams that cross it completely, and each piece is cut again. A line is
plain if all its pixels have one grey, such as the space around text, a bar or a gap. At a seam, most pixels
of a line differ from their neighbours in the next line, as where two pictures touch. The panels are the
pieces larger than a line of text.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from staydown.imaging.borders import Crop
from staydown.imaging.luma import Grey

PAGE_SIDE = 480
"""The longer side, in pixels at most, of the reduced page that is searched."""
_MAX_PANELS = 8
_MIN_SHARE, _MIN_SIDE = 0.12, 28
"""The minimum sides of a panel, as a share of those of the page and in pixels of the reduced page."""
_MAX_SHARE = 0.985
"""A panel with a larger share of the page is the page itself."""
_DEPTH, _MAX_PIECES = 5, 80

_PLAIN_RANGE, _PLAIN_SAMPLES = 16.0, 24
"""A line is plain if a sample of its pixels, without the extremes, spans at most this range of greys, and if
..."""
_RIPPLE, _PLAIN_STEPS = 6.0, 0.03
"""... at most _PLAIN_STEPS of its pixels differ from the next pixel of the line by more than _RIPPLE."""
_STEP = 8.0
"""Neighbouring pixels differ if their greys differ by more than this."""
_SEAM_SHARE, _SEAM_EXCESS = 0.5, 0.25
"""At a seam this share of the neighbours differ, and this much more than at the lines beside it."""
_MAX_SEAMS, _SEAM_MARGIN = 3, 12
_BESIDE = 9
_SNAP, _SNAP_SHARE = 2, 0.4
_SEAM_WEIGHT = 0.8
_CUT_WEIGHT = (1.0, 0.9, 0.4)
"""The weight of a piece that is cut into no, one, or several panels; the last is a collage."""

_Box = tuple[int, int, int, int]
"""Top, bottom, left, right, in pixels of the reduced page."""
_Counts = NDArray[np.int32]


def reduce_page(grey: Grey) -> tuple[NDArray[np.float32], int]:
    """Return the plane, reduced so that its longer side is at most PAGE_SIDE, and the whole factor."""
    factor = -(-max(grey.shape) // PAGE_SIDE)
    small = Image.fromarray(grey).reduce(factor) if factor > 1 else grey
    return np.asarray(small, np.float32), factor


def to_full_size(box: _Box, factor: int, page: Grey, name: str) -> Crop:
    """Return a box on the reduced page as a crop of the page. Each side moves to the clearest edge nearby.

    A side that is off by 1% of the crop costs five bits of its hash.
    """
    top, bottom, left, right = (side * factor for side in box)
    bottom, right = min(bottom, page.shape[0]), min(right, page.shape[1])
    across, down = page[:, left:right], page[top:bottom].T
    top, bottom = _snap_to_edge(across, top, factor), _snap_to_edge(across, bottom, factor)
    left, right = _snap_to_edge(down, left, factor), _snap_to_edge(down, right, factor)
    return Crop(name, left, top, right, bottom)


def _snap_to_edge(lines: Grey, place: int, factor: int) -> int:
    """Return the nearby line in which most pixels differ from the line before; `place` if there is none."""
    if place in {0, len(lines)}:
        return place
    first, last = max(1, place - factor - _SNAP), min(len(lines) - 1, place + factor + _SNAP)
    near = lines[first - 1 : last + 1].astype(np.int16)
    shares = np.mean(np.abs(np.diff(near, axis=0)) > _STEP, axis=1)
    best = int(np.argmax(shares))
    return first + best if shares[best] >= _SNAP_SHARE else place


def page_panels(grey: Grey) -> Iterator[Crop]:
    """Yield the panels of a page, named "part 1" and so on: at most eight, the most likely first.

    grey: uint8 (height, width).
    """
    small, factor = reduce_page(grey)
    if min(small.shape) < 2 * _MIN_SIDE:
        return
    found = _Page(small).pieces()
    kept: list[_Box] = []
    for box in sorted(found, key=lambda box: -found[box]):
        if _area(box) > _MAX_SHARE * small.size:
            continue
        if all(max(abs(a - b) for a, b in zip(box, other, strict=True)) > 2 for other in kept):
            kept.append(box)
            yield to_full_size(box, factor, grey, f"part {len(kept)}")
        if len(kept) == _MAX_PANELS:
            return


class _Page:
    """A reduced page with cumulative counts of the differences between its pixels."""

    def __init__(self, page: NDArray[np.float32]) -> None:
        self._page = page
        self._steps = (_step_counts(page), _step_counts(page.T))
        self._ripples = (_ripple_counts(page), _ripple_counts(page.T))
        self._found: dict[_Box, float] = {}
        self._pieces = 0

    def pieces(self) -> dict[_Box, float]:
        """Return the pieces of the page and their weights.

        The weight is the area, reduced for a piece that is cut further, and for one that a seam delimits.
        """
        height, width = self._page.shape
        for axis in (0, 1):
            self._cut((0, height, 0, width), axis, _DEPTH, idle=0)
        return self._found

    def _cut(self, box: _Box, axis: int, depth: int, idle: int) -> int:
        """Cut a box into rows (axis 0) or columns (1), and its pieces along the other axis.

        idle: how many axes in succession gave no plain line. Returns how many pieces may be pictures.
        """
        self._pieces += 1
        if depth == 0 or idle == 2 or self._pieces > _MAX_PIECES:
            return 0
        pieces = [piece for piece in self._between_plain_lines(box, axis) if piece != box]
        if pieces:
            return sum(self._keep(piece, 1.0, 1 - axis, depth - 1) for piece in pieces)
        kept = sum(
            self._keep(piece, _SEAM_WEIGHT, 1 - axis, depth - 1 if is_single else 0)
            for piece, is_single in self._between_seams(box, axis)
        )
        return max(kept, self._cut(box, 1 - axis, depth - 1, idle + 1))

    def _keep(self, box: _Box, weight: float, axis: int, depth: int) -> bool:
        """Add a piece to the result and cut it further. Returns False if it is too small to be a picture."""
        height, width = self._page.shape
        down, across = box[1] - box[0], box[3] - box[2]
        if down < max(_MIN_SIDE, _MIN_SHARE * height) or across < max(_MIN_SIDE, _MIN_SHARE * width):
            return False
        if box not in self._found:
            self._found[box] = weight * down * across
            self._found[box] *= _CUT_WEIGHT[min(2, self._cut(box, axis, depth, idle=0))]
        return True

    def _between_plain_lines(self, box: _Box, axis: int) -> Iterator[_Box]:
        top, bottom, left, right = box
        part = self._page[top:bottom, left:right]
        lines = part if axis == 0 else part.T
        lines = lines[:, :: max(1, lines.shape[1] // _PLAIN_SAMPLES)]
        ranked = np.sort(lines, axis=1)
        is_even = ranked[:, -2] - ranked[:, 1] <= _PLAIN_RANGE
        first, last, start, end = box if axis == 0 else (left, right, top, bottom)
        ripples = self._ripples[axis]
        is_calm = ripples[first:last, end - 1] - ripples[first:last, start] <= _PLAIN_STEPS * (end - start)
        is_plain = is_even & is_calm
        changes = np.diff(np.concatenate([[True], is_plain, [True]]).astype(np.int8))
        for low, high in zip(np.flatnonzero(changes == -1), np.flatnonzero(changes == 1), strict=True):
            yield _within(box, axis, int(low), int(high))

    def _between_seams(self, box: _Box, axis: int) -> Iterator[tuple[_Box, bool]]:
        """Yield the pieces between any two seams or ends, and whether there is no other seam between them."""
        first, last, start, end = box if axis == 0 else (box[2], box[3], box[0], box[1])
        counts = self._steps[axis]
        shares = np.zeros(last - first)
        shares[1:] = (counts[first : last - 1, end] - counts[first : last - 1, start]) / (end - start)
        seams = _seams(shares)
        if box == (0, *self._page.shape[:1], 0, *self._page.shape[1:]):
            # A surround is symmetric, and one of its two seams may be invisible.
            for seam in seams:
                yield _within(box, axis, min(seam, last - seam), max(seam, last - seam)), True
        cuts = [0, *sorted(seams), last - first]
        for i, low in enumerate(cuts):
            for j, high in enumerate(cuts[i + 1 :], i + 1):
                if high - low < last - first:
                    yield _within(box, axis, low, high), j == i + 1


def _area(box: _Box) -> int:
    return (box[1] - box[0]) * (box[3] - box[2])


def _within(box: _Box, axis: int, first: int, last: int) -> _Box:
    top, bottom, left, right = box
    return (top + first, top + last, left, right) if axis == 0 else (top, bottom, left + first, left + last)


def _step_counts(page: NDArray[np.float32]) -> _Counts:
    """Count, of the pixels left of each column, those that differ from the pixel below.

    Returns (height - 1, width + 1).
    """
    steps = np.abs(np.diff(page, axis=0)) > _STEP
    counts = np.zeros((page.shape[0] - 1, page.shape[1] + 1), np.int32)
    np.cumsum(steps, axis=1, out=counts[:, 1:])
    return counts


def _ripple_counts(page: NDArray[np.float32]) -> _Counts:
    """Count, of the pixels left of each column, those that differ from the next pixel: (height, width)."""
    counts = np.zeros(page.shape, np.int32)
    np.cumsum(np.abs(np.diff(page, axis=1)) > _RIPPLE, axis=1, out=counts[:, 1:])
    return counts


def _seams(shares: NDArray[np.float64]) -> list[int]:
    """Return the lines whose share of differing neighbours exceeds that of the lines beside, clearest
    first."""
    count = len(shares)
    if count < 3 * _SEAM_MARGIN:
        return []
    reach = _BESIDE + 2
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(shares, reach, mode="reflect"), 2 * reach + 1)
    beside = np.maximum(np.median(windows[:, :_BESIDE], axis=1), np.median(windows[:, -_BESIDE:], axis=1))
    excess = shares - beside
    nearby = np.lib.stride_tricks.sliding_window_view(np.pad(excess, 4, mode="edge"), 9).max(axis=1)
    is_seam = (excess >= _SEAM_EXCESS) & (shares >= _SEAM_SHARE) & (excess == nearby)
    is_seam[:_SEAM_MARGIN] = is_seam[-_SEAM_MARGIN:] = False
    places = np.flatnonzero(is_seam)
    return [int(place) for place in places[np.argsort(-excess[places])][:_MAX_SEAMS]]

"""Find a picture inside a picture by its outline.

An inset on a photograph, or a picture in a bubble or a window, has no line that crosses the whole page, but
four straight edges that form a rectangle. An edge is a difference between neighbouring pixels that is no
smaller than those beside it. A side of a rectangle is rated by the share of its length that lies on edges;
rectangles with four good sides are insets.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from staydown.imaging.borders import Crop
from staydown.imaging.luma import Grey
from staydown.imaging.page_panels import reduce_page, to_full_size

_MAX_INSETS = 4
_MIN_SHARE, _MIN_SIDE = 0.14, 28
_MAX_AREA = 0.985
_STEP = 7.0
_LENGTHS = (0.15, 0.3, 0.6)
"""Straight edges are searched at these lengths, as shares of the page's side."""
_PER_LENGTH, _MIN_COVERED = 10, 0.45
"""Edges kept of each length, and the minimum share of them that is covered."""
_PAGE_EDGE = 0.62
"""The share that counts as covered of a side on the edge of the page."""
_MIN_SIDE_COVERED, _MIN_MEAN_COVERED = 0.5, 0.62

_Flags = NDArray[np.bool_]
_Counts = NDArray[np.int32]
_Places = NDArray[np.intp]


def inset_pictures(grey: Grey) -> Iterator[Crop]:
    """Yield rectangles with four visible sides, named "inset 1" and so on: at most four, the clearest first.

    grey: uint8 (height, width).
    """
    small, factor = reduce_page(grey)
    height, width = small.shape
    if min(height, width) < 2 * _MIN_SIDE:
        return
    upright, level = _counts(_edges(small)), _counts(_edges(small.T))
    columns, rows = _straight(upright), _straight(level)
    x = _pairs(columns, max(_MIN_SIDE, _MIN_SHARE * width))
    y = _pairs(rows, max(_MIN_SIDE, _MIN_SHARE * height))
    sides = np.stack(
        [
            *_covered(upright, columns, y, x),
            *(side.T for side in _covered(level, rows, x, y)),
        ]
    )
    tall, wide = y[1] - y[0], x[1] - x[0]
    area = tall[:, None] * wide / (height * width)
    least, mean = sides.min(axis=0), sides.mean(axis=0)
    rating = mean + least / 2 + 0.12 * np.log(area)
    rating[(least < _MIN_SIDE_COVERED) | (mean < _MIN_MEAN_COVERED) | (area > _MAX_AREA)] = -np.inf
    kept: list[tuple[int, int, int, int]] = []
    for place in np.argsort(-rating, axis=None)[:400]:
        row, column = np.unravel_index(place, rating.shape)
        if len(kept) == _MAX_INSETS or not np.isfinite(rating[row, column]):
            return
        box = (int(y[0][row]), int(y[1][row]), int(x[0][column]), int(x[1][column]))
        if all(max(abs(a - b) for a, b in zip(box, other, strict=True)) > 3 for other in kept):
            kept.append(box)
            yield to_full_size(box, factor, grey, f"inset {len(kept)}")


def _edges(page: NDArray[np.float32]) -> _Flags:
    """Return whether there is a vertical edge between a pixel and its left neighbour: (height, width + 1).

    The edge of a scaled picture may be on either side of a pixel, so an edge also counts for its neighbours.
    """
    steps = np.zeros((page.shape[0], page.shape[1] + 3), np.float32)
    steps[:, 2:-2] = np.abs(np.diff(page, axis=1))
    here = steps[:, 1:-1]
    edge = (here > _STEP) & (here >= steps[:, :-2]) & (here >= steps[:, 2:])
    wide = edge.copy()
    wide[:, 1:] |= edge[:, :-1]
    wide[:, :-1] |= edge[:, 1:]
    return wide


def _counts(edges: _Flags) -> _Counts:
    """Count the pixels above each pixel that lie on an edge: (height + 1, width + 1)."""
    counts = np.zeros((edges.shape[0] + 1, edges.shape[1]), np.int32)
    np.cumsum(edges, axis=0, out=counts[1:])
    return counts


def _straight(counts: _Counts) -> _Places:
    """Return the positions of the longest and straightest edges, with both ends of the page, in order."""
    side = counts.shape[0] - 1
    places = {0, counts.shape[1] - 1}
    for share in _LENGTHS:
        length = int(side * share)
        covered = (counts[length:] - counts[:-length]).max(axis=0) / length
        nearby = np.lib.stride_tricks.sliding_window_view(np.pad(covered, 2, mode="edge"), 5).max(axis=1)
        peaks = np.flatnonzero((covered == nearby) & (covered > _MIN_COVERED))
        for place in peaks[np.argsort(-covered[peaks])][:_PER_LENGTH]:
            if not places & {int(place) - 1, int(place), int(place) + 1}:
                places.add(int(place))
    return np.array(sorted(places))


def _pairs(places: _Places, least: float) -> tuple[_Places, _Places]:
    """Return all pairs of places at least `least` apart, in order."""
    low, high = np.triu_indices(len(places), 1)
    apart = places[high] - places[low] >= least
    return places[low[apart]], places[high[apart]]


def _covered(
    counts: _Counts, places: _Places, along: tuple[_Places, _Places], across: tuple[_Places, _Places]
) -> Iterator[NDArray[np.float64]]:
    """Yield the covered share, 0 to 1, of the first and second side of each rectangle: (along, across)."""
    length = (along[1] - along[0])[:, None]
    covered = np.zeros((len(along[0]), counts.shape[1]))
    covered[:, places] = (counts[along[1]][:, places] - counts[along[0]][:, places]) / length
    covered[:, [0, -1]] = _PAGE_EDGE
    for side in across:
        yield covered[:, side]

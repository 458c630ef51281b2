"""Which pictures of a long animation are looked at: the first, and others by the time that they are shown.

Taken at even steps, a picture could be shown for all the time but in the few frames that are looked at. So
half of them are taken by time and half by number, each at a place that follows from the whole file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from staydown.imaging.colour_spaces import Doubles

_DEFAULT_DURATION, _MIN_DURATION = 100.0, 10.0
"""Milliseconds. A frame of _LEAST and less is shown for _UNSAID, as browsers do it."""


def sample_frames(durations: Sequence[float | None], wanted: int, data: bytes) -> list[int]:
    """Indices of pictures, rising, the first among them, no more than wanted. times: milliseconds for which
    each is shown; None where nothing says so. data: the file.

    By time each has a chance of its own in as many equal spans as are taken: what is shown for a tenth of
    the time is overlooked in one of five such files, for half of it in one of thirty thousand.
    """
    if len(durations) <= wanted:
        return list(range(len(durations)))
    random = np.random.default_rng(int.from_bytes(hashlib.sha256(data).digest()))
    by_time = (wanted - 1) // 2
    shown = np.array(
        [_DEFAULT_DURATION if time is None or time <= _MIN_DURATION else time for time in durations]
    )
    found = {0, *_one_per_span(shown, by_time, random)}
    others = np.ones(len(durations))
    others[list(found)] = 0
    found.update(_one_per_span(others, wanted - len(found), random))
    return sorted(found)


def _one_per_span(weights: Doubles, spans: int, random: np.random.Generator) -> list[int]:
    """An index in each of so many spans of equal weight, by its weight; some may be the same."""
    places: NDArray[np.float64] = (np.arange(spans) + random.random(spans)) / max(spans, 1)
    ends = np.cumsum(weights)
    return [int(index) for index in np.searchsorted(ends, places * ends[-1], side="right")]

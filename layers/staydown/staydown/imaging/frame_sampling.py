"""Sample the frames of a long animation: the first, and others by duration and by number.

With even steps, an uploader could hide a picture between the sampled frames. So half of the samples are taken
by duration and half by number, at positions that depend on all bytes of the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from staydown.imaging.colour_spaces import Doubles

_DEFAULT_DURATION, _MIN_DURATION = 100.0, 10.0
"""Milliseconds. As in browsers, a frame of at most the minimum is displayed for the default duration."""


def sample_frames(durations: Sequence[float | None], wanted: int, data: bytes) -> list[int]:
    """Return at most `wanted` frame indices in ascending order, the first frame among them.

    durations: of each frame in milliseconds; None if unknown. data: the bytes of the file, the seed of the
    choice. With 32 samples, a picture displayed for 10% of the time is missed in one of 5 files, and one
    displayed for 50% in one of 30,000.
    """
    if len(durations) <= wanted:
        return list(range(len(durations)))
    random = np.random.default_rng(int.from_bytes(hashlib.sha256(data).digest()))
    samples_by_duration = (wanted - 1) // 2
    displayed = np.array(
        [_DEFAULT_DURATION if time is None or time <= _MIN_DURATION else time for time in durations]
    )
    found = {0, *_one_per_span(displayed, samples_by_duration, random)}
    others = np.ones(len(durations))
    others[list(found)] = 0
    found.update(_one_per_span(others, wanted - len(found), random))
    return sorted(found)


def _one_per_span(weights: Doubles, spans: int, random: np.random.Generator) -> list[int]:
    """Return a random index from each of `spans` spans of equal total weight; indices may repeat."""
    places: NDArray[np.float64] = (np.arange(spans) + random.random(spans)) / max(spans, 1)
    ends = np.cumsum(weights)
    return [int(index) for index in np.searchsorted(ends, places * ends[-1], side="right")]

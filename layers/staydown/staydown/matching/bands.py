"""Divide 256 bits into bands, and choose a threshold for each band.

The general pigeonhole principle: give band i a threshold t_i such that the sum of (t_i + 1) is D + 1. If two
hashes differ by t_i + 1 bits or more in every band, they differ by D + 1 bits or more. So two hashes within D
are within the threshold of at least one band, and none is missed. A threshold of -1 skips a band.

Source: Qin, Wang, Xiao, Ishikawa, "GPH: Similarity Search in Hamming Space", ICDE 2018.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import comb, log2

import numpy as np
from numpy.typing import NDArray

from staydown.matching.hamming_distance import HASH_BITS

_NARROWEST, _WIDEST = 8, 22
"""Bits of a band. Wider bands would cost more for their tables of bucket ends than they save."""

SLOT_COST = 17.0
CANDIDATE_COST = 30.0
SCAN_COST = 3.6
"""The cost of a bucket lookup, of a candidate and of a scanned row: nanoseconds in NumPy on one thread of a
2.6 GHz server. Only their ratios matter, and only for speed."""


def band_widths(rows: int) -> tuple[int, ...]:
    """Return the widths in bits of the bands of a table with that many rows, the wide ones first.

    The bands are as wide as leaves about one row for each bucket. Wider bands have fewer candidates but more
    empty buckets. Measured with 10^5, 10^6 and 10^7 random hashes at distances 31 and 47, this is within 10%
    of the fastest.
    """
    width = round(log2(max(rows, 1)))
    count = -(-HASH_BITS // min(max(width, _NARROWEST), _WIDEST))
    narrow, wider = divmod(HASH_BITS, count)
    return tuple(narrow + (band < wider) for band in range(count))


def thresholds(widths: Sequence[int], bucket_rows: Sequence[float], distance: int) -> tuple[int, ...]:
    """Return the cheapest thresholds of the bands that miss nothing within the distance, 0 to 256.

    bucket_rows: the expected rows in one bucket of each band. A band in which many hashes are equal is
    expensive, and gets a lower threshold.
    """
    # Each step raises the threshold of one band, and the cost of its steps rises up to half its width. So the
    # cheapest step each time gives the cheapest sum.
    chosen = [-1] * len(widths)
    prices = [SLOT_COST + CANDIDATE_COST * rows for rows in bucket_rows]
    steps = list(prices)
    for _ in range(distance + 1):
        band = steps.index(min(steps))
        chosen[band] += 1
        steps[band] = comb(widths[band], chosen[band] + 1) * prices[band]
    return tuple(chosen)


def slot_counts(widths: Sequence[int], chosen: Sequence[int]) -> list[int]:
    """Return the number of buckets within the threshold of each band."""
    return [sum(comb(w, r) for r in range(t + 1)) for w, t in zip(widths, chosen, strict=True)]


@lru_cache(maxsize=8)
def probe_masks(widths: tuple[int, ...], chosen: tuple[int, ...]) -> NDArray[np.int64]:
    """Return, for each band in turn, every mask with at most as many bits set as its threshold: int64
    (sum,)."""
    return np.concatenate([_masks(w, t) for w, t in zip(widths, chosen, strict=True)])


def _masks(width: int, max_bits: int) -> NDArray[np.int64]:
    level = np.zeros(1, np.int64)
    levels = [level] if max_bits >= 0 else []
    for ones in range(1, min(max_bits, width) + 1):
        # In ascending order, the masks with ones - 1 bits below `bit` are the first comb(bit, ones - 1).
        level = np.concatenate([level[: comb(bit, ones - 1)] | (1 << bit) for bit in range(ones - 1, width)])
        levels.append(level)
    return np.concatenate(levels) if levels else np.empty(0, np.int64)

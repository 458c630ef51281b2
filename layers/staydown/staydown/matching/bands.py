"""How 256 bits are cut into bands, and how far each band has to be asked.

The general pigeonhole principle (Qin, Wang, Xiao, Ishikawa, "GPH: Similarity Search in Hamming Space",
ICDE 2018): give band i a threshold t_i such that the sum of (t_i + 1) is D + 1. Were two hashes at
distance t_i + 1 or more in every band, they would be D + 1 apart or more. So whatever lies within D is
within its threshold in at least one band, and none is missed. A threshold of -1 leaves a band out.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import comb, log2

import numpy as np
from numpy.typing import NDArray

from staydown.matching.hamming_distance import HASH_BITS

_NARROWEST, _WIDEST = 8, 22
"""Bits of a band. At 22 and more the tables of bucket ends outgrow what they save."""

SLOT_COST = 17.0
CANDIDATE_COST = 30.0
SCAN_COST = 3.6
"""What one bucket looked up, one candidate compared, one row scanned costs: nanoseconds in NumPy on one
thread of a 2.6 GHz server. Only their ratios matter, and only to the speed."""


def band_widths(rows: int) -> tuple[int, ...]:
    """The widths of the bands of a table of so many rows, in bits, the wide ones first.

    As few bands as leave about one row to a bucket. Fewer and wider bands would have fewer candidates
    but more empty buckets to look into, more and narrower ones the reverse: measured at 10^5, 10^6 and
    10^7 random hashes, this is the fastest or within a tenth of it at distances 31 and 47.
    """
    width = round(log2(max(rows, 1)))
    count = -(-HASH_BITS // min(max(width, _NARROWEST), _WIDEST))
    narrow, wider = divmod(HASH_BITS, count)
    return tuple(narrow + (band < wider) for band in range(count))


def thresholds(widths: Sequence[int], bucket_rows: Sequence[float], distance: int) -> tuple[int, ...]:
    """The cheapest thresholds that miss nothing within the distance (0 to 256).

    bucket_rows: the rows that a query is expected to meet in one bucket of each band. A band in which the
    hashes are much alike is dear, and so asked less far than the others.
    """
    # Each step widens one band by one bit, and the steps of a band grow dearer up to half its width:
    # always taking the cheapest step is then the cheapest sum.
    chosen = [-1] * len(widths)
    prices = [SLOT_COST + CANDIDATE_COST * rows for rows in bucket_rows]
    steps = list(prices)
    for _ in range(distance + 1):
        band = steps.index(min(steps))
        chosen[band] += 1
        steps[band] = comb(widths[band], chosen[band] + 1) * prices[band]
    return tuple(chosen)


def slot_counts(widths: Sequence[int], chosen: Sequence[int]) -> list[int]:
    """How many buckets are within its threshold, for each band."""
    return [sum(comb(w, r) for r in range(t + 1)) for w, t in zip(widths, chosen, strict=True)]


@lru_cache(maxsize=8)
def probe_masks(widths: tuple[int, ...], chosen: tuple[int, ...]) -> NDArray[np.int64]:
    """For each band in turn, every mask of its width with at most `threshold` bits set: (sum,) int64."""
    return np.concatenate([_masks(w, t) for w, t in zip(widths, chosen, strict=True)])


def _masks(width: int, max_bits: int) -> NDArray[np.int64]:
    level = np.zeros(1, np.int64)
    levels = [level] if max_bits >= 0 else []
    for ones in range(1, min(max_bits, width) + 1):
        # In ascending order the masks with ones-1 bits below `bit` are the first comb(bit, ones-1).
        level = np.concatenate([level[: comb(bit, ones - 1)] | (1 << bit) for bit in range(ones - 1, width)])
        levels.append(level)
    return np.concatenate(levels) if levels else np.empty(0, np.int64)

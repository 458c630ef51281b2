"""Statistics of the large bank: wrong verdicts with bounds, the curve, and larger banks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from staydown.domain.bank.alignment import AlignmentPolicy
from staydown.domain.bank.verdicts import MatchPolicy, Verdict

from tools.benchmarks.large_bank import verdict_of

LARGEST = 10**7
_TAIL = 12
"""Number of the smallest distances through which the line is fitted."""
_STAGE_ONE_AT = (15, 23, 31, 39, 47, 55, 63, 69, 73, 77, 81, 85)
_STAGE_TWO_AT = (20, 30, 40, 50, 57, 64, 70, 76, 82, 88, 94)
_NO_HASHES = MatchPolicy(block_distance=0, review_distance=0)

Point = tuple[float, float, str]


@dataclass(frozen=True, slots=True)
class Tail:
    """A line through the logarithms of the counts at the smallest distances.

    slope: powers of ten for each bit. scale: factor from these counts to one upload in a bank of LARGEST
    hashes.
    """

    nearest: int
    comparisons: int
    slope: float
    level: float
    scale: float

    def wrong_within(self, bits: int) -> float:
        """Return an upper bound of the wrong matches of an upload in a bank of LARGEST hashes.

        It extrapolates the line. The real counts fall faster than a line.
        """
        return float(self.scale * (10 ** (self.level + self.slope * np.arange(bits + 1))).sum())


def tail_of(large: Mapping[str, Any]) -> Tail:
    bits = np.array(large["bits"], np.float64)
    there = np.flatnonzero(bits)[:_TAIL]
    slope, level = np.polyfit(there, np.log10(bits[there]), 1, w=np.sqrt(bits[there].clip(max=100)))
    uploads = len(large["innocent"])
    scale = LARGEST / large["pictures"] / uploads
    return Tail(int(there[0]), int(bits.sum()), float(slope), float(level), scale)


def curve(large: Mapping[str, Any]) -> dict[str, list[Point]]:
    """Return for each stage and distance the wrong matches in 10,000 uploads and the matched copies in %."""
    stage_one: list[Point] = [
        (
            _per_ten_thousand([row["nearest"] <= at for row in large["innocent"]]),
            _per_cent([row["own"] is not None and row["own"] <= at for row in large["copies"]]),
            str(at),
        )
        for at in _STAGE_ONE_AT
    ]
    stage_two: list[Point] = []
    for at in _STAGE_TWO_AT:
        policy = replace(AlignmentPolicy(), agree_distance=at)
        stage_two.append(
            (
                _per_ten_thousand([_met(row, "other", policy) for row in large["innocent"]]),
                _per_cent([_met(row, "own", policy) for row in large["copies"]]),
                str(at),
            )
        )
    return {
        "stage one, by distance": stage_one,
        "stage two, by the distance at which a tile agrees": stage_two,
    }


def verdicts(rows: Sequence[Mapping[str, Any]], which: str) -> dict[str, int]:
    """Count the uploads that both stages block, and send to review."""
    found = [verdict_of(row, which, MatchPolicy(), AlignmentPolicy()) for row in rows]
    return {"block": found.count(Verdict.BLOCK), "review": found.count(Verdict.REVIEW)}


def at_most(observed: int, tried: int) -> float:
    """Return the upper end of the 95% confidence interval of a share.

    By Wilson, or by the rule of three if nothing was observed.
    """
    if observed == 0:
        return 3 / tried
    z, share = 1.645, observed / tried
    spread = z * (share * (1 - share) / tried + z * z / (4 * tried * tried)) ** 0.5
    return float((share + z * z / (2 * tried) + spread) / (1 + z * z / tried))


def _met(row: Mapping[str, Any], which: str, policy: AlignmentPolicy) -> bool:
    bare = {**row, "own": None, "nearest": None}
    return verdict_of(bare, which, _NO_HASHES, policy) is not Verdict.CLEAR


def _per_ten_thousand(found: Sequence[bool]) -> float:
    return 10_000 * sum(found) / len(found)


def _per_cent(found: Sequence[bool]) -> float:
    return 100 * sum(found) / len(found)

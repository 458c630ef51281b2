"""From pairs of keypoints that look alike to the pictures that most of them speak for.

Two pictures of the same thing differ by one turn and one change of size, so the keypoints that really
correspond agree on both; chance pairs scatter. (Jégou, Douze, Schmid, "Hamming embedding and weak geometric
consistency", 2008.) A keypoint that many pictures share says little of any of them and weighs less.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TURNS, SIZES = 16, 8
"""Bins of the difference in angle (each 22.5 degrees) and in pyramid level (each two levels)."""


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs of an asked keypoint and a judged one.

    All (n,): query: number of the asked keypoint, int64. picture: number of the judged picture, int64.
    turn: angle of the asked less that of the judged, uint8, 1/256 turn. levels: pyramid level of the
    asked less that of the judged, int64, -7 to 7.
    """

    query: NDArray[np.int64]
    picture: NDArray[np.int64]
    turn: NDArray[np.uint8]
    levels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.query)

    def only(self, kept: NDArray[np.bool_]) -> Pairs:
        return Pairs(self.query[kept], self.picture[kept], self.turn[kept], self.levels[kept])


def scores(pairs: Pairs, least: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The pictures that reach the score `least`, and their scores, the highest first.

    A score is about the number of asked keypoints that agree on a turn and a change of size, each counted
    less the more pictures it speaks for.
    """
    votes, which = np.unique(pairs.query << np.int64(32) | pairs.picture, return_inverse=True)
    spoken = np.bincount(votes >> np.int64(32))
    voted, place, voters = np.unique(votes & np.int64(0xFFFF_FFFF), return_inverse=True, return_counts=True)
    # Most pictures are met by one or two keypoints by chance: those need no further look.
    enough = voters >= least
    kept = enough[place[which]]
    if not kept.any():
        return np.empty(0, np.int64), np.empty(0)
    some, which = pairs.only(kept), which[kept]
    picture = (np.cumsum(enough) - 1)[place[which]]
    count = int(enough.sum())
    weight = 1.0 / np.sqrt(spoken[some.query]) / np.bincount(which)[which]
    turn = some.turn.astype(np.int64) * TURNS // 256
    size = (some.levels + SIZES) // 2
    cell = (picture * TURNS + turn) * (SIZES + 1) + size
    bins = np.bincount(cell, weight, count * TURNS * (SIZES + 1)).reshape(count, TURNS, SIZES + 1)
    # Neighbouring bins are taken together, so that no agreement is cut in two by a border.
    bins = bins + np.roll(bins, 1, axis=1)
    score = (bins[:, :, :-1] + bins[:, :, 1:]).max(axis=(1, 2))
    order = np.argsort(-score, kind="stable")
    order = order[score[order] >= least]
    return voted[enough][order], score[order]

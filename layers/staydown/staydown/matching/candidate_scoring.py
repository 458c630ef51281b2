"""From pairs of keypoints that look alike to the pictures that most of them speak for.

Two pictures of the same thing differ by one turn and one change of size, so the keypoints that really
correspond agree on both; chance pairs scatter. (Jégou, Douze, Schmid, "Hamming embedding and weak geometric
consistency", 2008.) A keypoint that many pictures share says little of any of them and weighs less.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ROTATION_BINS, SCALE_BINS = 16, 8
"""Bins of the difference in angle (each 22.5 degrees) and in pyramid level (each two levels)."""


@dataclass(frozen=True, slots=True, eq=False)
class KeypointPairs:
    """Pairs of an asked keypoint and a judged one.

    All (n,): query: number of the asked keypoint, int64. picture: number of the judged picture, int64.
    turn: angle of the asked less that of the judged, uint8, 1/256 turn. levels: pyramid level of the
    asked less that of the judged, int64, -7 to 7.
    """

    query: NDArray[np.int64]
    picture: NDArray[np.int64]
    rotation: NDArray[np.uint8]
    level_change: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.query)

    def masked(self, kept: NDArray[np.bool_]) -> KeypointPairs:
        return KeypointPairs(
            self.query[kept], self.picture[kept], self.rotation[kept], self.level_change[kept]
        )


def candidate_scores(pairs: KeypointPairs, min_score: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The pictures that reach the score `least`, and their scores, the highest first.

    A score is about the number of asked keypoints that agree on a turn and a change of size, each counted
    less the more pictures it speaks for.
    """
    votes, which = np.unique(pairs.query << np.int64(32) | pairs.picture, return_inverse=True)
    spoken = np.bincount(votes >> np.int64(32))
    voted, place, voters = np.unique(votes & np.int64(0xFFFF_FFFF), return_inverse=True, return_counts=True)
    # Most pictures are met by one or two keypoints by chance: those need no further look.
    enough = voters >= min_score
    kept = enough[place[which]]
    if not kept.any():
        return np.empty(0, np.int64), np.empty(0)
    some, which = pairs.masked(kept), which[kept]
    picture = (np.cumsum(enough) - 1)[place[which]]
    count = int(enough.sum())
    weight = 1.0 / np.sqrt(spoken[some.query]) / np.bincount(which)[which]
    turn = some.rotation.astype(np.int64) * ROTATION_BINS // 256
    size = (some.level_change + SCALE_BINS) // 2
    cell = (picture * ROTATION_BINS + turn) * (SCALE_BINS + 1) + size
    bins = np.bincount(cell, weight, count * ROTATION_BINS * (SCALE_BINS + 1)).reshape(
        count, ROTATION_BINS, SCALE_BINS + 1
    )
    # Neighbouring bins are taken together, so that no agreement is cut in two by a border.
    bins = bins + np.roll(bins, 1, axis=1)
    score = (bins[:, :, :-1] + bins[:, :, 1:]).max(axis=(1, 2))
    order = np.argsort(-score, kind="stable")
    order = order[score[order] >= min_score]
    return voted[enough][order], score[order]

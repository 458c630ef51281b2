"""Score the candidate references of a query by their pairs of similar keypoints.

True pairs agree on one rotation and one scale; chance pairs do not. A query keypoint that is similar to those
of many references has a lower weight.

Source: Jégou, Douze, Schmid, "Hamming embedding and weak geometric consistency for large scale image search",
2008.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ROTATION_BINS, SCALE_BINS = 16, 8
"""Bins of the rotation, 22.5 degrees each, and of the change of pyramid level, two levels each."""


@dataclass(frozen=True, slots=True, eq=False)
class KeypointPairs:
    """n pairs of a query keypoint and a reference keypoint; all arrays are (n,)."""

    query: NDArray[np.int64]
    """The number of the query keypoint."""
    picture: NDArray[np.int64]
    """The number of the reference."""
    rotation: NDArray[np.uint8]
    """Angle of the query keypoint minus that of the reference keypoint, in 1/256 turn."""
    level_change: NDArray[np.int64]
    """Pyramid level of the query keypoint minus that of the reference keypoint, -7 to 7."""

    def __len__(self) -> int:
        return len(self.query)

    def masked(self, mask: NDArray[np.bool_]) -> KeypointPairs:
        """Return the pairs where the mask, (n,), is true."""
        return KeypointPairs(
            self.query[mask], self.picture[mask], self.rotation[mask], self.level_change[mask]
        )


def candidate_scores(pairs: KeypointPairs, min_score: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the numbers of the references with at least `min_score`, and their scores, the highest first.

    A score is the weighted number of query keypoints that agree on a rotation and a scale. The weight of a
    keypoint is 1 / sqrt(number of references that it votes for).
    """
    votes, vote_of_pair = np.unique(pairs.query << np.int64(32) | pairs.picture, return_inverse=True)
    pictures_of_query = np.bincount(votes >> np.int64(32))
    pictures, picture_of_vote, vote_counts = np.unique(
        votes & np.int64(0xFFFF_FFFF), return_inverse=True, return_counts=True
    )
    # Most references have one or two votes by chance; skip them before the histogram.
    is_candidate = vote_counts >= min_score
    mask = is_candidate[picture_of_vote[vote_of_pair]]
    if not mask.any():
        return np.empty(0, np.int64), np.empty(0)
    kept, vote_of_pair = pairs.masked(mask), vote_of_pair[mask]
    candidate = (np.cumsum(is_candidate) - 1)[picture_of_vote[vote_of_pair]]
    count = int(is_candidate.sum())
    weight = 1.0 / np.sqrt(pictures_of_query[kept.query]) / np.bincount(vote_of_pair)[vote_of_pair]
    rotation = kept.rotation.astype(np.int64) * ROTATION_BINS // 256
    scale = (kept.level_change + SCALE_BINS) // 2
    index = (candidate * ROTATION_BINS + rotation) * (SCALE_BINS + 1) + scale
    bins = np.bincount(index, weight, count * ROTATION_BINS * (SCALE_BINS + 1)).reshape(
        count, ROTATION_BINS, SCALE_BINS + 1
    )
    # Neighbouring bins are added, so that no agreement is split by their border.
    bins = bins + np.roll(bins, 1, axis=1)
    score = (bins[:, :, :-1] + bins[:, :, 1:]).max(axis=(1, 2))
    order = np.argsort(-score, kind="stable")
    order = order[score[order] >= min_score]
    return pictures[is_candidate][order], score[order]

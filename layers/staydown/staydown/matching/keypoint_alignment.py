"""The second stage of recognition: align a query with its candidates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from staydown.domain.bank.alignment import Alignment
from staydown.imaging.alignment import align
from staydown.imaging.features import QueryFeatures
from staydown.matching.keypoint_index import KeypointIndex

MAX_CANDIDATES = 5
"""The maximum number of references that one frame is aligned with."""


@dataclass(frozen=True, slots=True)
class AlignedCandidate:
    """A frame of the query, aligned with a reference. `AlignmentPolicy.judge_alignment` gives the verdict."""

    entry_id: str
    frame: int
    """The index of the frame in the query, from 0."""
    alignment: Alignment


def align_candidates(
    query_frames: Iterable[QueryFeatures], index: KeypointIndex, *, limit: int = MAX_CANDIDATES
) -> list[AlignedCandidate]:
    """Align each frame of a query with its most likely references, at most `limit` for each frame.

    Candidates without an alignment are left out. No policy is applied; most alignments of unrelated pictures
    are by chance.
    """
    aligned = []
    for frame, features in enumerate(query_frames):
        for candidate in index.candidates(features, limit):
            alignment = align(features, candidate.features, candidate.variant)
            if alignment is not None:
                aligned.append(AlignedCandidate(candidate.entry_id, frame, alignment))
    return aligned

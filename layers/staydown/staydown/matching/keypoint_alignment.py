"""Stage two of recognition: keypoints propose, PDQ disposes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from staydown.domain.bank.alignment import Alignment
from staydown.imaging.alignment import align
from staydown.imaging.features import QueryFeatures
from staydown.matching.keypoint_index import KeypointIndex

MAX_CANDIDATES = 5
"""How many judged pictures one asked picture is laid over, at most."""


@dataclass(frozen=True, slots=True)
class AlignedCandidate:
    """An asked picture laid over a judged picture of an entry. frame: place of the asked picture among
    those asked, from 0. `EvidencePolicy.judge` says what the evidence is worth."""

    entry_id: str
    frame: int
    alignment: Alignment


def align_candidates(
    query_frames: Iterable[QueryFeatures], index: KeypointIndex, *, limit: int = MAX_CANDIDATES
) -> list[AlignedCandidate]:
    """What the asked pictures (the frames of an upload) look like laid over the likeliest judged ones.

    Pictures that can't be laid over each other are left out. No policy is applied: most of what is found
    for an innocent picture is chance.
    """
    found = []
    for frame, features in enumerate(query_frames):
        for candidate in index.candidates(features, limit):
            evidence = align(features, candidate.features, candidate.variant)
            if evidence is not None:
                found.append(AlignedCandidate(candidate.entry_id, frame, evidence))
    return found

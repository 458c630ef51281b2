"""Convert the alignments of a query into matches."""

from __future__ import annotations

from collections.abc import Iterable

from staydown.domain.bank.alignment import AlignmentPolicy
from staydown.domain.bank.entry import Standing
from staydown.domain.bank.match import AlignmentSummary, Match
from staydown.domain.bank.verdicts import Verdict
from staydown.imaging.features import QueryFeatures
from staydown.matching.keypoint_alignment import AlignedCandidate, align_candidates
from staydown.matching.keypoint_index import KeypointIndex

UNKNOWN_DISTANCE = 256
"""The distance of an alignment without a comparable tile."""


def alignment_matches(
    query_frames: Iterable[QueryFeatures], index: KeypointIndex, policy: AlignmentPolicy
) -> list[Match]:
    """Return the matches of a query: of each entry the best alignment that matches or contradicts.

    query_frames: the frames of one upload. index: must contain confirmed entries only.
    """
    return to_matches(align_candidates(query_frames, index), policy)


def to_matches(candidates: Iterable[AlignedCandidate], policy: AlignmentPolicy) -> list[Match]:
    """Return the matches of alignments: of each entry the best alignment that matches or contradicts."""
    best: dict[str, Match] = {}
    for candidate in candidates:
        verdict = policy.judge_alignment(candidate.alignment)
        if verdict is Verdict.CLEAR and not policy.contradicts(candidate.alignment):
            continue
        match = _to_match(candidate, verdict, policy.agree_distance)
        if candidate.entry_id not in best or _rank(match) > _rank(best[candidate.entry_id]):
            best[candidate.entry_id] = match
    return list(best.values())


def _to_match(candidate: AlignedCandidate, verdict: Verdict, agree_distance: int) -> Match:
    alignment = candidate.alignment
    words = [f"frame {candidate.frame + 1}"] if candidate.frame else []
    words += ["laid over", *(["mirrored"] if alignment.mirrored else [])]
    words += ["inverted"] if alignment.inverted else []
    summary = AlignmentSummary(
        inliers=alignment.inliers,
        agreeing_tiles=alignment.agreeing_tiles(agree_distance),
        comparable_tiles=alignment.comparable_tiles,
        conclusive=verdict is Verdict.BLOCK,
        contradicts=verdict is Verdict.CLEAR,
    )
    return Match(
        entry_id=candidate.entry_id,
        standing=Standing.CONFIRMED,
        distance=alignment.nearest_tile_distance
        if alignment.nearest_tile_distance is not None
        else UNKNOWN_DISTANCE,
        view=", ".join(words),
        exact=False,
        trusted=True,
        alignment=summary,
    )


def _rank(match: Match) -> tuple[bool, bool, int, int]:
    summary = match.alignment
    if summary is None:
        return False, False, 0, 0
    return summary.conclusive, not summary.contradicts, summary.agreeing_tiles, summary.inliers

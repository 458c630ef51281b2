"""What the judged pictures say of an asked one: the overlaps that are worth a verdict, as matches."""

from __future__ import annotations

from collections.abc import Iterable

from staydown.domain.bank.alignment import Alignment, AlignmentPolicy
from staydown.domain.bank.entry import Standing
from staydown.domain.bank.match import AlignmentSummary, Match
from staydown.domain.bank.verdicts import Verdict
from staydown.imaging.features import QueryFeatures
from staydown.matching.keypoint_alignment import AlignedCandidate, align_candidates
from staydown.matching.keypoint_index import KeypointIndex

UNKNOWN_DISTANCE = 256
"""The distance of an overlap of which no tile could be compared."""


def alignment_matches(
    query_frames: Iterable[QueryFeatures], index: KeypointIndex, policy: AlignmentPolicy
) -> list[Match]:
    """The judged pictures that one of these shows, or may show, or surely does not; of each entry the best
    overlap.

    asked: the frames of one upload. index: of confirmed entries alone.
    """
    return to_matches(align_candidates(query_frames, index), policy)


def to_matches(candidates: Iterable[AlignedCandidate], policy: AlignmentPolicy) -> list[Match]:
    """What a policy makes of an upload's overlaps."""
    best: dict[str, Match] = {}
    for found in candidates:
        verdict = policy.judge_alignment(found.alignment)
        if verdict is Verdict.CLEAR and not policy.contradicts(found.alignment):
            continue
        match = _to_match(found.entry_id, found.frame, found.alignment, verdict, policy.agree_distance)
        if found.entry_id not in best or _rank(match) > _rank(best[found.entry_id]):
            best[found.entry_id] = match
    return list(best.values())


def _to_match(entry_id: str, frame: int, alignment: Alignment, verdict: Verdict, distance: int) -> Match:
    words = [f"frame {frame + 1}"] if frame else []
    words += ["laid over", *(["mirrored"] if alignment.mirrored else [])]
    words += ["inverted"] if alignment.inverted else []
    overlap = AlignmentSummary(
        inliers=alignment.inliers,
        agreeing_tiles=alignment.agreeing_tiles(distance),
        comparable_tiles=alignment.comparable_tiles,
        conclusive=verdict is Verdict.BLOCK,
        contradicts=verdict is Verdict.CLEAR,
    )
    return Match(
        entry_id=entry_id,
        standing=Standing.CONFIRMED,
        distance=alignment.nearest_tile_distance
        if alignment.nearest_tile_distance is not None
        else UNKNOWN_DISTANCE,
        view=", ".join(words),
        exact=False,
        trusted=True,
        alignment=overlap,
    )


def _rank(match: Match) -> tuple[bool, bool, int, int]:
    overlap = match.alignment
    if overlap is None:
        return False, False, 0, 0
    return overlap.conclusive, not overlap.contradicts, overlap.agreeing_tiles, overlap.inliers

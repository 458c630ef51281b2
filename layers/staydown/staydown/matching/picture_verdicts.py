"""What the judged pictures say of an asked one: the overlaps that are worth a verdict, as matches."""

from __future__ import annotations

from collections.abc import Iterable

from staydown.domain.bank import Match, Overlap, Standing
from staydown.domain.evidence import Evidence, EvidencePolicy
from staydown.domain.verdicts import Verdict
from staydown.imaging.features import AskedFeatures
from staydown.matching.keypoint_index import KeypointIndex
from staydown.matching.keypoint_match import PictureMatch, match_pictures

FARTHEST = 256
"""The distance of an overlap of which no tile could be compared."""


def picture_matches(
    asked: Iterable[AskedFeatures], index: KeypointIndex, policy: EvidencePolicy
) -> list[Match]:
    """The judged pictures that one of these shows, or may show, or surely does not; of each entry the best
    overlap.

    asked: the frames of one upload. index: of confirmed entries alone.
    """
    return as_matches(match_pictures(asked, index), policy)


def as_matches(laid_over: Iterable[PictureMatch], policy: EvidencePolicy) -> list[Match]:
    """What a policy makes of an upload's overlaps."""
    best: dict[str, Match] = {}
    for found in laid_over:
        verdict = policy.judge(found.evidence)
        if verdict is Verdict.CLEAR and not policy.contradicts(found.evidence):
            continue
        match = _as_match(found.entry_id, found.frame, found.evidence, verdict, policy.agree_distance)
        if found.entry_id not in best or _rank(match) > _rank(best[found.entry_id]):
            best[found.entry_id] = match
    return list(best.values())


def _as_match(entry_id: str, frame: int, evidence: Evidence, verdict: Verdict, distance: int) -> Match:
    words = [f"frame {frame + 1}"] if frame else []
    words += ["laid over", *(["mirrored"] if evidence.mirrored else [])]
    words += ["inverted"] if evidence.inverted else []
    overlap = Overlap(
        inliers=evidence.inliers,
        agreeing=evidence.agreeing(distance),
        visible=evidence.visible,
        conclusive=verdict is Verdict.BLOCK,
        contradicts=verdict is Verdict.CLEAR,
    )
    return Match(
        entry_id=entry_id,
        standing=Standing.CONFIRMED,
        distance=evidence.nearest if evidence.nearest is not None else FARTHEST,
        view=", ".join(words),
        exact=False,
        trusted=True,
        overlap=overlap,
    )


def _rank(match: Match) -> tuple[bool, bool, int, int]:
    overlap = match.overlap
    if overlap is None:
        return False, False, 0, 0
    return overlap.conclusive, not overlap.contradicts, overlap.agreeing, overlap.inliers

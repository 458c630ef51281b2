"""Describe a comparison in words."""

from __future__ import annotations

from staydown.cli.comparison import AlignedPair, FileComparison
from staydown.cli.folder_bank import Policies
from staydown.domain.bank.verdicts import Verdict
from staydown.imaging.placement import Placement

_VERDICTS = {
    Verdict.BLOCK: "block: would be blocked without human review",
    Verdict.REVIEW: "review: would be held for a reviewer",
    Verdict.CLEAR: "clear: would be published",
}


def describe_comparison(comparison: FileComparison, policies: Policies) -> list[str]:
    """Return one line for each finding, the verdict first."""
    lines = [
        _VERDICTS[comparison.verdict],
        _describe_pdq(comparison, policies),
        f"pHash: {comparison.phash_distance} of 64 bits differ",
    ]
    if comparison.same_bytes:
        lines.insert(1, "identical bytes")
    if comparison.aligned_pair is None:
        return [*lines, "keypoints: no alignment found"]
    return [*lines, *_describe_alignment(comparison.aligned_pair, policies)]


def _describe_pdq(comparison: FileComparison, policies: Policies) -> str:
    policy = policies.match
    line = f"PDQ: {comparison.distance} of 256 bits differ"
    if comparison.upright_distance != comparison.distance:
        line += f' in the best view, "{comparison.view.name}" ({comparison.upright_distance} as displayed)'
    line += f"; block up to {policy.block_distance}, review up to {policy.review_distance}"
    if comparison.view.quality < policy.minimum_quality:
        line += f"; ignored: quality {comparison.view.quality} is below {policy.minimum_quality}"
    return line


def _describe_alignment(pair: AlignedPair, policies: Policies) -> list[str]:
    alignment, agree_distance = pair.alignment, policies.alignment.agree_distance
    frame = f" (frame {pair.frame_number})" if pair.frame_number > 1 else ""
    agreeing, nearest_tile = alignment.agreeing_tiles(agree_distance), alignment.nearest_tile_distance
    nearest = "" if nearest_tile is None else f", nearest {nearest_tile} bits"
    lines = [
        f"keypoints{frame}: {alignment.inliers} of {alignment.keypoint_matches} matches are inliers",
        f"tiles: {agreeing} of {alignment.comparable_tiles} comparable tiles agree"
        f" (within {agree_distance} bits{nearest})",
        f"cells: {alignment.confirmed_cells} of {alignment.comparable_cells} comparable cells are confirmed",
        f"verdict of the alignment: {pair.verdict.value}",
    ]
    if pair.verdict is Verdict.CLEAR:
        return lines  # an alignment by chance has no meaningful placement
    placement = pair.placement
    return [
        *lines,
        f"transformation: {describe_placement(placement)}",
        f"coverage: shows {placement.reference_coverage:.0%} of the reference,"
        f" which fills {placement.query_coverage:.0%} of the query",
    ]


def describe_placement(placement: Placement) -> str:
    """Describe how the query differs, as in "mirrored, rotated 17 degrees clockwise, scaled to 62%"."""
    words = ["mirrored"] if placement.mirrored else []
    if degrees := round(abs(placement.rotation)):
        direction = "clockwise" if placement.rotation > 0 else "anticlockwise"
        words.append(f"rotated {degrees} degree{'s' if degrees > 1 else ''} {direction}")
    if abs(placement.scale - 1) >= 0.005:
        words.append(f"scaled to {placement.scale:.0%}")
    if placement.stretch >= 1.03:
        words.append(f"stretched {placement.stretch:.2f}:1")
    if placement.has_perspective:
        words.append("perspective")
    if placement.inverted:
        words.append("inverted")
    return ", ".join(words) or "neither rotated nor scaled"

"""A comparison in words."""

from __future__ import annotations

from staydown.domain.bank.verdicts import Verdict
from staydown.imaging.placement import Placement
from staydown.tool.comparison import AlignedPair, FileComparison
from staydown.tool.folder_bank import Policies

_VERDICTS = {
    Verdict.BLOCK: "block: it would be stopped with nobody looking",
    Verdict.REVIEW: "review: it would be held until somebody has looked",
    Verdict.CLEAR: "clear: it would be published",
}


def describe_comparison(comparison: FileComparison, policies: Policies) -> list[str]:
    """One line a finding, the verdict first."""
    lines = [
        _VERDICTS[comparison.verdict],
        _describe_pdq(comparison, policies),
        f"pHash: {comparison.phash_distance} of 64 bits differ",
    ]
    if comparison.same_bytes:
        lines.insert(1, "the very same bytes")
    if comparison.aligned_pair is None:
        return [*lines, "keypoints: the one can't be laid over the other"]
    return [*lines, *_describe_alignment(comparison.aligned_pair, policies)]


def _describe_pdq(comparison: FileComparison, policies: Policies) -> str:
    policy = policies.match
    line = f"PDQ: {comparison.distance} of 256 bits differ"
    if comparison.upright_distance != comparison.distance:
        line += f' at best, seen as "{comparison.view.name}" ({comparison.upright_distance} as it is)'
    line += f"; blocked up to {policy.block_distance}, reviewed up to {policy.review_distance}"
    if comparison.view.quality < policy.minimum_quality:
        line += f"; its quality of {comparison.view.quality} is too little to count"
    return line


def _describe_alignment(pair: AlignedPair, policies: Policies) -> list[str]:
    found, near = pair.alignment, policies.alignment.agree_distance
    of_frame = f" (frame {pair.frame_number})" if pair.frame_number > 1 else ""
    closest = found.nearest_tile_distance
    nearest = "" if closest is None else f", the nearest {closest} bits away"
    lines = [
        f"keypoints{of_frame}: {found.inliers} lie where one overlay puts them, of {found.keypoint_matches}"
        " that look alike",
        f"parts: {found.agreeing_tiles(near)} of {found.comparable_tiles} that can be compared agree"
        f" (within {near} bits{nearest}), {found.confirmed_cells} of {found.comparable_cells} fields;"
        f" alone that is {pair.verdict.value}",
    ]
    if pair.verdict is Verdict.CLEAR:
        return lines  # aligned by chance
    placement = pair.placement
    return [
        *lines,
        f"what was done: {describe_placement(placement)}",
        f"it shows {placement.reference_coverage:.0%} of the banked picture,"
        f" which fills {placement.query_coverage:.0%} of it",
    ]


def describe_placement(placement: Placement) -> str:
    """As in "mirrored, turned 17 degrees clockwise, 62% of the size"."""
    words = ["mirrored"] if placement.mirrored else []
    if degrees := round(abs(placement.rotation)):
        direction = "clockwise" if placement.rotation > 0 else "anticlockwise"
        words.append(f"turned {degrees} degree{'s' if degrees > 1 else ''} {direction}")
    if abs(placement.scale - 1) >= 0.005:
        words.append(f"{placement.scale:.0%} of the size")
    if placement.stretch >= 1.03:
        words.append(f"stretched {placement.stretch:.2f} : 1")
    if placement.has_perspective:
        words.append("seen at a slant")
    if placement.inverted:
        words.append("inverted")
    return ", ".join(words) or "neither turned nor scaled"

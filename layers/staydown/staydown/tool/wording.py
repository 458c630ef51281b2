"""A comparison in words."""

from __future__ import annotations

from staydown.domain.verdicts import Verdict
from staydown.imaging.placement import Placement
from staydown.tool.banking import Policies
from staydown.tool.comparing import Comparison, Laid

_VERDICTS = {
    Verdict.BLOCK: "block: it would be stopped with nobody looking",
    Verdict.REVIEW: "review: it would be held until somebody has looked",
    Verdict.CLEAR: "clear: it would be published",
}


def worded(found: Comparison, policies: Policies) -> list[str]:
    """One line a finding, the verdict first."""
    lines = [_VERDICTS[found.verdict], _of_pdq(found, policies), f"pHash: {found.phash} of 64 bits differ"]
    if found.same_bytes:
        lines.insert(1, "the very same bytes")
    if found.laid is None:
        return [*lines, "keypoints: the one can't be laid over the other"]
    return [*lines, *_of_overlay(found.laid, policies)]


def _of_pdq(found: Comparison, policies: Policies) -> str:
    policy = policies.match
    line = f"PDQ: {found.distance} of 256 bits differ"
    if found.upright != found.distance:
        line += f' at best, seen as "{found.view.name}" ({found.upright} as it is)'
    line += f"; blocked up to {policy.block_distance}, reviewed up to {policy.review_distance}"
    if found.view.quality < policy.minimum_quality:
        line += f"; its quality of {found.view.quality} is too little to count"
    return line


def _of_overlay(laid: Laid, policies: Policies) -> list[str]:
    evidence, near = laid.evidence, policies.evidence.agree_distance
    of_frame = f" (frame {laid.number})" if laid.number > 1 else ""
    nearest = "" if evidence.nearest is None else f", the nearest {evidence.nearest} bits away"
    lines = [
        f"keypoints{of_frame}: {evidence.inliers} lie where one overlay puts them, of {evidence.matches} that"
        " look alike",
        f"parts: {evidence.agreeing(near)} of {evidence.visible} that can be compared agree (within {near}"
        f" bits{nearest}), {evidence.fields_confirmed} of {evidence.fields_visible} fields; alone that is"
        f" {laid.verdict.value}",
    ]
    if laid.verdict is Verdict.CLEAR:
        return lines  # laid over by chance
    return [
        *lines,
        f"what was done: {placed(laid.placement)}",
        f"it shows {laid.placement.shown:.0%} of the banked picture, which fills {laid.placement.filled:.0%}"
        " of it",
    ]


def placed(found: Placement) -> str:
    """As in "mirrored, turned 17 degrees clockwise, 62% of the size"."""
    words = ["mirrored"] if found.mirrored else []
    if degrees := round(abs(found.turned)):
        direction = "clockwise" if found.turned > 0 else "anticlockwise"
        words.append(f"turned {degrees} degree{'s' if degrees > 1 else ''} {direction}")
    if abs(found.scale - 1) >= 0.005:
        words.append(f"{found.scale:.0%} of the size")
    if found.stretch >= 1.03:
        words.append(f"stretched {found.stretch:.2f} : 1")
    if found.slanted:
        words.append("seen at a slant")
    if found.inverted:
        words.append("inverted")
    return ", ".join(words) or "neither turned nor scaled"

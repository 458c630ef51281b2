"""Matches of an image with an entry of the bank."""

from __future__ import annotations

from dataclasses import dataclass

from staydown.domain.bank.entry import Standing


@dataclass(frozen=True, slots=True)
class AlignmentSummary:
    """A picture laid over a judged one by its keypoints.

    inliers: keypoints that the laying explains. agreeing, visible: parts (tiles) of the judged picture
    that look the same, and that could be compared. conclusive: enough to block (else enough to look).
    contradicts: no match at all, but the reverse: laid over each other the two show something else.
    """

    inliers: int
    agreeing_tiles: int
    comparable_tiles: int
    conclusive: bool
    contradicts: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """An image met an entry.

    distance: 0 to 256, between `view` of the image and the entry's hash; of the nearest part where it is
    an overlap. exact: the very same bytes (then the distance is 0). trusted: both hashes have the quality
    that the policy asks for. overlap: absent where the hashes of the whole pictures met.
    """

    entry_id: str
    standing: Standing
    distance: int
    view: str
    exact: bool
    trusted: bool
    alignment: AlignmentSummary | None = None

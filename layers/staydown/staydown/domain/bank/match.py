"""Matches of an image with an entry of the bank."""

from __future__ import annotations

from dataclasses import dataclass

from staydown.domain.bank.entry import Standing


@dataclass(frozen=True, slots=True)
class AlignmentSummary:
    """The alignment of a query image with a reference image by keypoints, as stored with a match."""

    inliers: int
    """Matching keypoints that the transform explains."""
    agreeing_tiles: int
    """Tiles of the reference that look the same."""
    comparable_tiles: int
    """Tiles of the reference that could be compared."""
    conclusive: bool
    """Whether the alignment is enough to block; otherwise it is enough for a review."""
    contradicts: bool = False
    """Whether the alignment shows that the two images differ: it speaks against a match."""


@dataclass(frozen=True, slots=True)
class Match:
    """A match of an image with an entry of the bank."""

    entry_id: str
    """The entry's id."""
    standing: Standing
    """The entry's standing at the time of the match."""
    distance: int
    """Hamming distance of the hashes, 0 to 256 bits; of the nearest tile for an alignment."""
    view: str
    """The view of the image that matched."""
    exact: bool
    """Whether the bytes are identical; the distance is then 0."""
    trusted: bool
    """Whether both hashes have the quality that the policy requires."""
    alignment: AlignmentSummary | None = None
    """The alignment by keypoints; None: the hashes of the whole images matched."""

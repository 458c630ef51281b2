"""What the comparison of an asked picture with one judged picture found, and what follows from it.

Keypoints only propose how the two might lie over each other; pictures that share no more than a caption or
an app's buttons share keypoints too. What counts is whether the parts of the banked picture (tiles) look
the same once the asked picture is laid over it.
"""

from __future__ import annotations

from dataclasses import dataclass

from staydown.domain.bank import Standing
from staydown.domain.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a picture; left, top, width and height as shares of the picture's, 0 to 1."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """One asked picture laid over one judged picture.

    transform: the affine map (a, b, c, d, e, f) from the asked picture to the judged one, both in pixels
    of their working size: x' = a x + b y + c, y' = d x + e y + f.
    mirrored, inverted: how the asked picture had to be taken (a mirrored one has a reflection in its
    transform). matches: keypoints that look alike; inliers: those of them that the transform explains.
    spread: in how many of the 4 x 4 fields of the judged picture inliers lie, 0 to 16.
    tiles: for each tile of the judged picture the bits (0 to 256) by which the asked one differs there;
    None where the asked picture does not cover the tile or the tile is too plain to say anything.
    """

    transform: tuple[float, float, float, float, float, float]
    mirrored: bool
    inverted: bool
    matches: int
    inliers: int
    spread: int
    tiles: tuple[int | None, ...]

    @property
    def visible(self) -> int:
        """How many tiles could be compared."""
        return sum(tile is not None for tile in self.tiles)

    @property
    def nearest(self) -> int | None:
        """The least distance of a tile, None where none could be compared."""
        return min((tile for tile in self.tiles if tile is not None), default=None)

    def agreeing(self, distance: int) -> int:
        """How many tiles are within `distance` bits."""
        return sum(tile is not None and tile <= distance for tile in self.tiles)


@dataclass(frozen=True, slots=True)
class EvidencePolicy:
    """What an alignment must show (parameters of the template).

    agree_distance: bits within which a tile agrees; the same content lies under 64 once aligned,
    unrelated content at 76 or more. block_*, review_*: the least number of inliers, of agreeing tiles, and
    of their share of the tiles that could be compared (0 to 1).
    """

    agree_distance: int = 64
    block_inliers: int = 10
    block_tiles: int = 3
    block_share: float = 0.6
    review_inliers: int = 8
    review_tiles: int = 1
    review_share: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.agree_distance <= 128:
            raise ValueError("agree_distance must be from 0 to 128")
        if min(self.block_inliers, self.block_tiles, self.review_inliers, self.review_tiles) < 1:
            raise ValueError("numbers of inliers and tiles must be at least 1")
        if not 0 < self.review_share <= self.block_share <= 1:
            raise ValueError("shares must satisfy 0 < review_share <= block_share <= 1")

    def judge(self, evidence: Evidence, standing: Standing = Standing.CONFIRMED) -> Verdict:
        """What one alignment leads to: `block` only against a confirmed entry."""
        if standing not in {Standing.CONFIRMED, Standing.UNVERIFIED}:
            return Verdict.CLEAR
        agreeing = evidence.agreeing(self.agree_distance)
        share = agreeing / evidence.visible if evidence.visible else 0.0
        if (
            evidence.inliers >= self.block_inliers
            and agreeing >= self.block_tiles
            and share >= self.block_share
        ):
            return Verdict.BLOCK if standing is Standing.CONFIRMED else Verdict.REVIEW
        if (
            evidence.inliers >= self.review_inliers
            and agreeing >= self.review_tiles
            and share >= self.review_share
        ):
            return Verdict.REVIEW
        return Verdict.CLEAR

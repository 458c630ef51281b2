"""Alignments of a query image with a reference image, and the policy that judges them.

Keypoints only propose how the two images align: images that share only a caption or an app's buttons share
keypoints too. What counts is whether the tiles of the reference look the same after the alignment.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from staydown.domain.bank.entry import Standing
from staydown.domain.bank.verdicts import Verdict

_MIN_CONTRADICTING_INLIERS, _MIN_CONTRADICTING_TILES = 10, 12
"""An alignment with fewer inliers or fewer comparable tiles contradicts no match."""
_CONTRADICTED_SHARE = 0.45
"""An alignment contradicts a match if a smaller share of its comparable tiles agrees."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A rectangle of an image, in shares of its size, 0 to 1."""

    left: float
    """Distance from the left edge."""
    top: float
    """Distance from the top edge."""
    width: float
    """Share of the image's width."""
    height: float
    """Share of the image's height."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """One query image aligned with one reference image."""

    transform: tuple[float, ...]
    """Projective map from query to reference, in pixels of their working sizes: nine numbers, row by row,
    of the matrix that maps (x, y, 1) to (x' w, y' w, w)."""
    mirrored: bool
    """Whether the query was mirrored; the transform then contains a reflection."""
    inverted: bool
    """Whether the colours of the query were inverted."""
    keypoint_matches: int
    """The number of matching keypoints."""
    inliers: int
    """The number of matching keypoints that the transform explains."""
    overlap: float
    """The share of the smaller image that the other covers, 0 to 1."""
    tile_distances: tuple[int | None, ...]
    """For each tile of the reference the distance of the query's tile, 0 to 256 bits. None: the query does
    not cover the tile, or the tile has too little detail."""
    cells: tuple[bool | None, ...]
    """For each of the 8 x 8 cells of the reference, row by row, whether the query has its keypoints. None:
    it cannot be determined."""

    @property
    def comparable_tiles(self) -> int:
        """The number of tiles that could be compared."""
        return sum(tile is not None for tile in self.tile_distances)

    @property
    def nearest_tile_distance(self) -> int | None:
        """The smallest distance of a tile in bits; None: no tile could be compared."""
        return min((tile for tile in self.tile_distances if tile is not None), default=None)

    @property
    def comparable_cells(self) -> int:
        """The number of cells that could be determined."""
        return sum(cell is not None for cell in self.cells)

    @property
    def confirmed_cells(self) -> int:
        """The number of cells that show the same."""
        return sum(cell is True for cell in self.cells)

    def agreeing_tiles(self, distance: int) -> int:
        """Return the number of tiles within `distance` bits."""
        return sum(tile is not None and tile <= distance for tile in self.tile_distances)


@dataclass(frozen=True, slots=True)
class AlignmentThreshold:
    """The minimum that an alignment must reach in each respect."""

    inliers: int
    """The number of inliers."""
    tiles: int
    """The number of agreeing tiles."""
    tile_share: float
    """The share of comparable tiles that agree, 0 to 1."""
    field_share: float
    """The share of comparable cells that are confirmed, 0 to 1."""
    overlap: float = 0.5
    """The overlap, 0 to 1."""
    fields: int = 0
    """The number of confirmed cells."""

    def __post_init__(self) -> None:
        if min(self.inliers, self.tiles) < 1:
            raise ValueError("numbers of inliers and tiles must be at least 1")
        if not all(0 <= share <= 1 for share in (self.tile_share, self.field_share, self.overlap)):
            raise ValueError("shares must be from 0 to 1")

    @classmethod
    def from_text(cls, text: str) -> AlignmentThreshold:
        """Read a text such as "inliers=10,tiles=3,tile_share=0.6". Raise ValueError if it is invalid.

        A name that is missing has no minimum, except an overlap of 0.5.
        """
        values: dict[str, float] = {
            "inliers": 1,
            "tiles": 1,
            "tile_share": 0.0,
            "field_share": 0.0,
            "overlap": 0.5,
            "fields": 0,
        }
        for part in text.split(","):
            name, _, value = part.strip().partition("=")
            if name not in values:
                raise ValueError(f"{name!r} is not one of {', '.join(values)}")
            try:
                values[name] = float(value)
            except ValueError:
                raise ValueError(f"{name} wants a number, as in {name}=1, and not {value!r}") from None
            if not isfinite(values[name]):
                raise ValueError(f"{name} wants a number, as in {name}=1, and not {value!r}")
        return cls(
            inliers=int(values["inliers"]),
            tiles=int(values["tiles"]),
            tile_share=values["tile_share"],
            field_share=values["field_share"],
            overlap=values["overlap"],
            fields=int(values["fields"]),
        )

    def is_met_by(self, alignment: Alignment, agree_distance: int) -> bool:
        agreeing = alignment.agreeing_tiles(agree_distance)
        return (
            alignment.inliers >= self.inliers
            and agreeing >= self.tiles
            and alignment.overlap >= self.overlap
            and agreeing >= self.tile_share * alignment.comparable_tiles
            and alignment.confirmed_cells >= max(self.fields, self.field_share * alignment.comparable_cells)
        )


@dataclass(frozen=True, slots=True)
class AlignmentPolicy:
    """The thresholds of each verdict: an alignment that meets any one of them gets the verdict.

    A sticker changes all tiles it touches but only the cells it covers, so 36 confirmed cells make up for
    fewer tiles; half a collage, or a page around a plain picture, has about 24. A small crop has few tiles,
    which must all agree. Two unrelated pictures in the same frame stay below, because a frame covers less
    than half of a picture. Pictures with the same caption at opposite edges hardly overlap when aligned.
    """

    agree_distance: int = 64
    """Bits up to which a tile agrees, 0 to 128. Aligned tiles of the same content differ by fewer than 64
    bits, those of unrelated content by at least 76."""
    block: tuple[AlignmentThreshold, ...] = (
        AlignmentThreshold(inliers=10, tiles=3, tile_share=0.6, field_share=0.65),
        AlignmentThreshold(inliers=15, tiles=4, tile_share=0.4, field_share=0.75, fields=36),
        AlignmentThreshold(inliers=15, tiles=2, tile_share=1.0, field_share=0.75),
    )
    """Thresholds of a block."""
    review: tuple[AlignmentThreshold, ...] = (
        AlignmentThreshold(inliers=8, tiles=1, tile_share=0.45, field_share=0.0),
        AlignmentThreshold(inliers=8, tiles=2, tile_share=0.25, field_share=0.7),
    )
    """Thresholds of a review."""

    def __post_init__(self) -> None:
        if not 0 <= self.agree_distance <= 128:
            raise ValueError("agree_distance must be from 0 to 128")

    @classmethod
    def from_text(cls, *, agree_distance: int, block: str, review: str) -> AlignmentPolicy:
        """Read the template's parameters: thresholds separated by semicolons. Raise ValueError if invalid."""
        return cls(
            agree_distance=agree_distance,
            block=tuple(map(AlignmentThreshold.from_text, block.split(";"))),
            review=tuple(map(AlignmentThreshold.from_text, review.split(";"))),
        )

    def contradicts(self, alignment: Alignment) -> bool:
        """Whether the alignment shows two different images, whatever the hashes of the whole images say.

        Of 2,900 altered copies within 31 bits, none had fewer than 50% agreeing tiles. Two photographs on the
        same browser page have up to 44%.
        """
        enough = (
            alignment.inliers >= _MIN_CONTRADICTING_INLIERS
            and alignment.comparable_tiles >= _MIN_CONTRADICTING_TILES
        )
        return (
            enough
            and alignment.agreeing_tiles(self.agree_distance)
            < _CONTRADICTED_SHARE * alignment.comparable_tiles
        )

    def judge_alignment(self, alignment: Alignment, standing: Standing = Standing.CONFIRMED) -> Verdict:
        """Return the verdict on one alignment: BLOCK only for a confirmed entry."""
        if standing not in {Standing.CONFIRMED, Standing.UNVERIFIED}:
            return Verdict.CLEAR
        if any(threshold.is_met_by(alignment, self.agree_distance) for threshold in self.block):
            return Verdict.BLOCK if standing is Standing.CONFIRMED else Verdict.REVIEW
        if any(threshold.is_met_by(alignment, self.agree_distance) for threshold in self.review):
            return Verdict.REVIEW
        return Verdict.CLEAR

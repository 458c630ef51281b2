"""What the comparison of an asked picture with one judged picture found, and what follows from it.

Keypoints only propose how the two might lie over each other; pictures that share no more than a caption or
an app's buttons share keypoints too. What counts is whether the parts of the banked picture (tiles) look
the same once the asked picture is laid over it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from staydown.domain.bank.entry import Standing
from staydown.domain.bank.verdicts import Verdict

_MIN_CONTRADICTING_INLIERS, _MIN_CONTRADICTING_TILES = 10, 12
"""An alignment of fewer keypoints, or of which fewer tiles can be compared, contradicts nothing."""
_CONTRADICTED_SHARE = 0.45


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a picture; left, top, width and height as shares of the picture's, 0 to 1."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Alignment:
    """One asked picture laid over one judged picture.

    transform: the projective map from the asked picture to the judged one, both in pixels of their working
    size: nine numbers, row by row, of the matrix that takes (x, y, 1) to (x' w, y' w, w).
    mirrored, inverted: how the asked picture had to be taken (a mirrored one has a reflection in its
    transform). matches: keypoints that look alike; inliers: those of them that the transform explains.
    spread: in how many of the 4 x 4 fields of the judged picture inliers lie, 0 to 16. overlap: how much
    of the smaller of the two lies over the other, 0 to 1.
    tiles: for each tile of the judged picture the bits (0 to 256) by which the asked one differs there;
    None where the asked picture does not cover the tile or the tile is too plain to say anything.
    fields: for each of the 8 x 8 fields of the judged picture, row by row, whether its keypoints are there
    in the asked one; None where nothing can be told.
    """

    transform: tuple[float, ...]
    mirrored: bool
    inverted: bool
    keypoint_matches: int
    inliers: int
    occupied_cells: int
    overlap: float
    tile_distances: tuple[int | None, ...]
    cells: tuple[bool | None, ...]

    @property
    def comparable_tiles(self) -> int:
        """How many tiles could be compared."""
        return sum(tile is not None for tile in self.tile_distances)

    @property
    def nearest_tile_distance(self) -> int | None:
        """The least distance of a tile, None where none could be compared."""
        return min((tile for tile in self.tile_distances if tile is not None), default=None)

    @property
    def comparable_cells(self) -> int:
        """How many fields something can be told of."""
        return sum(field is not None for field in self.cells)

    @property
    def confirmed_cells(self) -> int:
        """How many fields show the same."""
        return sum(field is True for field in self.cells)

    def agreeing_tiles(self, distance: int) -> int:
        """How many tiles are within `distance` bits."""
        return sum(tile is not None and tile <= distance for tile in self.tile_distances)


@dataclass(frozen=True, slots=True)
class AlignmentThreshold:
    """How much two pictures must agree. inliers, tiles, fields: the least number of keypoints, of agreeing
    tiles and of confirmed fields. tile_share: of the tiles that could be compared, 0 to 1; field_share: of
    the fields likewise. overlap: of the smaller picture, 0 to 1.
    """

    inliers: int
    tiles: int
    tile_share: float
    field_share: float
    overlap: float = 0.5
    fields: int = 0

    def __post_init__(self) -> None:
        if min(self.inliers, self.tiles) < 1:
            raise ValueError("numbers of inliers and tiles must be at least 1")
        if not all(0 <= share <= 1 for share in (self.tile_share, self.field_share, self.overlap)):
            raise ValueError("shares must be from 0 to 1")

    @classmethod
    def from_text(cls, text: str) -> AlignmentThreshold:
        """As in "inliers=10,tiles=3,tile_share=0.6"; what is not named is not asked for, except
        for half of an overlap. ValueError."""
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
                raise ValueError(f"{name!r} is none of {', '.join(values)}")
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
    """What an alignment must show; any one of the demands is enough for its verdict.

    agree_distance: bits within which a tile agrees; the same content lies under 64 once aligned,
    unrelated content at 76 or more.

    A sticker spoils all tiles it touches but only the fields it covers, so many confirmed fields make up
    for tiles (many: half a collage, or a page around a plain picture, has two dozen); a small crop shows
    few tiles, all of which must agree. What two unrelated pictures in the same frame share stays below: a
    frame is less than half of a picture. And where nothing but the same caption lies over each other, at
    the foot of the one and the head of the other, the pictures hardly overlap.
    """

    agree_distance: int = 64
    block: tuple[AlignmentThreshold, ...] = (
        AlignmentThreshold(inliers=10, tiles=3, tile_share=0.6, field_share=0.65),
        AlignmentThreshold(inliers=15, tiles=4, tile_share=0.4, field_share=0.75, fields=36),
        AlignmentThreshold(inliers=15, tiles=2, tile_share=1.0, field_share=0.75),
    )
    review: tuple[AlignmentThreshold, ...] = (
        AlignmentThreshold(inliers=8, tiles=1, tile_share=0.45, field_share=0.0),
        AlignmentThreshold(inliers=8, tiles=2, tile_share=0.25, field_share=0.7),
    )

    def __post_init__(self) -> None:
        if not 0 <= self.agree_distance <= 128:
            raise ValueError("agree_distance must be from 0 to 128")

    @classmethod
    def from_text(cls, *, agree_distance: int, block: str, review: str) -> AlignmentPolicy:
        """From the template's parameters: demands separated by semicolons. ValueError."""
        return cls(
            agree_distance=agree_distance,
            block=tuple(map(AlignmentThreshold.from_text, block.split(";"))),
            review=tuple(map(AlignmentThreshold.from_text, review.split(";"))),
        )

    def contradicts(self, alignment: Alignment) -> bool:
        """Whether an alignment shows that the two are not the same, whatever the hash of the whole says.

        Of 2,900 altered copies within 31 bits none had fewer than half of its tiles agree; two photographs
        on the same browser page have up to 44 in 100.
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
        """What one alignment leads to: `block` only against a confirmed entry."""
        if standing not in {Standing.CONFIRMED, Standing.UNVERIFIED}:
            return Verdict.CLEAR
        if any(demand.is_met_by(alignment, self.agree_distance) for demand in self.block):
            return Verdict.BLOCK if standing is Standing.CONFIRMED else Verdict.REVIEW
        if any(demand.is_met_by(alignment, self.agree_distance) for demand in self.review):
            return Verdict.REVIEW
        return Verdict.CLEAR

"""A picture of how one picture lies over another: which parts met, which differ, and the one drawn over the
other. In grey, as the comparison sees them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

from staydown.domain.bank.alignment import Alignment
from staydown.imaging.features import TILES
from staydown.imaging.luma import Grey
from staydown.imaging.projection import transform_points, warp

_PANEL, _GAP, _MARGIN, _LINE_HEIGHT, _LEAST_WIDTH = 480, 24, 24, 22, 980
_FINE = 2
"""Everything is drawn so many times as large and then reduced: lines and letters get smooth edges."""
_PAPER, _INK, _FAINT, _HALO, _LIGHT = (
    (247, 247, 245),
    (28, 30, 33),
    (100, 104, 110),
    (0, 0, 0),
    (255, 255, 255),
)
_AGREES, _DIFFERS = (86, 180, 233), (240, 150, 0)
"""Blue and orange are told apart by people who are blind to some colours, too; the crosses by all."""
_TITLE_SIZE, _TEXT_SIZE, _LABEL_SIZE = 20, 15, 13
_MARK_INSET = 0.07
_FAR = 4 * _PANEL
"""Points farther away than this are brought nearer before they are drawn (a slanted copy's horizon)."""

_LEGEND = (
    (True, "The part around this square is the same in both; the same name is the same part."),
    (False, "It differs."),
    (
        None,
        "No square: too plain to tell, or not wholly in the upload. Thin white line: how far the other"
        " picture reaches.",
    ),
    (
        None,
        "One over the other: grey where both are the same, red or cyan where only one of them is lighter,"
        " pale where the upload doesn't reach.",
    ),
)
_NO_ALIGNMENT_LEGEND = (
    (None, "The one can't be laid over the other: no part of the banked picture was found in the upload."),
)

Point = tuple[float, float]
Colour = tuple[int, int, int]
_SQUARE = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])


@dataclass(frozen=True, slots=True)
class TileMark:
    """One of the smallest tiles, drawn as the square around its middle that no other tile's middle is
    nearer to. name: a letter for the row and a number, like the squares of a chessboard. agrees: None where
    it could not be compared."""

    name: str
    corners: NDArray[np.float64]
    agrees: bool | None


def overlay_png(
    reference: Grey,
    query: Grey,
    alignment: Alignment | None,
    agree_distance: int,
    *,
    title: str,
    lines: Sequence[str] = (),
    names: tuple[str, str] = ("banked", "uploaded"),
) -> bytes:
    """A PNG: both pictures with the parts that met marked in each, and the one laid over the other.

    judged, asked: the working pictures that the evidence is about (`keypoints.working_picture`); evidence:
    None where the one could not be laid over the other: then they only stand side by side. agree_distance:
    as in EvidencePolicy. title, lines: above and below; names: over the two pictures.
    """
    panels = [_Panel(names[0], reference), _Panel(names[1], query)]
    if alignment is not None:
        matrix = np.array(alignment.transform).reshape(3, 3)
        ours, theirs = np.diag((*reference.shape[::-1], 1.0)), np.diag((*query.shape[::-1], 1.0))
        back = np.asarray(np.linalg.inv(matrix), np.float64)
        for cell in _tile_marks(alignment, agree_distance):
            panels[0].mark(transform_points(ours, cell.corners), cell)
            panels[1].mark(transform_points(back @ ours, cell.corners), cell)
        panels[0].outline(transform_points(matrix @ theirs, _SQUARE))
        panels[1].outline(transform_points(back @ ours, _SQUARE))
        panels.append(_Panel("one over the other", _blend(reference, query, alignment)))
    return _sheet(panels, title, lines, _LEGEND if alignment else _NO_ALIGNMENT_LEGEND)


def _sheet(
    panels: Sequence[_Panel], title: str, lines: Sequence[str], legend: Sequence[tuple[bool | None, str]]
) -> bytes:
    width = max(_LEAST_WIDTH, sum(p.width for p in panels) + _GAP * (len(panels) - 1)) + 2 * _MARGIN
    top = _MARGIN + 2 * _LINE_HEIGHT
    below = top + max(panel.height for panel in panels) + _GAP
    sheet = _Sheet(width, below + _LINE_HEIGHT * (len(lines) + len(legend)) + _GAP + _MARGIN)
    sheet.write(_MARGIN, _MARGIN - 8, title, _TITLE_SIZE, _INK)
    left = _MARGIN
    for panel in panels:
        sheet.write(left, top - _LINE_HEIGHT, panel.name, _TEXT_SIZE, _FAINT)
        sheet.show(panel.image, left, top)
        left += panel.width + _GAP
    for line in lines:
        sheet.write(_MARGIN, below, line, _TEXT_SIZE, _INK)
        below += _LINE_HEIGHT
    below += _GAP // 2
    for agrees, text in legend:
        indent = 0 if agrees is None else _LINE_HEIGHT + 4
        if agrees is not None:
            sheet.sample(_MARGIN, below, agrees=agrees)
        sheet.write(_MARGIN + indent, below, text, _TEXT_SIZE, _FAINT)
        below += _LINE_HEIGHT
    return sheet.png()


def _tile_marks(alignment: Alignment, agree_distance: int) -> Iterator[TileMark]:
    """The smallest tiles, as shares of the judged picture's sides."""
    side = min(tile.width for tile in TILES)
    small = [
        (tile, bits) for tile, bits in zip(TILES, alignment.tile_distances, strict=True) if tile.width == side
    ]
    lefts = sorted({tile.left for tile, _ in small})
    half = (lefts[1] - lefts[0]) / 2 * (1 - _MARK_INSET)
    for tile, bits in small:
        x, y = tile.left + tile.width / 2, tile.top + tile.height / 2
        row, column = (sorted({t.top for t, _ in small}).index(tile.top), lefts.index(tile.left))
        corners = [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]
        agrees = None if bits is None else bits <= agree_distance
        yield TileMark(f"{chr(ord('A') + row)}{column + 1}", np.array(corners), agrees)


def _blend(reference: Grey, query: Grey, alignment: Alignment) -> Grey:
    """The judged picture in red, the asked one in green and blue, of the same lightness and contrast."""
    height, width = reference.shape
    matrix = np.array(alignment.transform).reshape(3, 3)
    plane = np.subtract(255, query) if alignment.inverted else query
    there = warp(np.full(query.shape, 255, np.uint8), matrix, width, height) > 127
    over = warp(plane, matrix, width, height).astype(np.float32)
    if there.any():
        ours, theirs = reference[there].astype(np.float32), over[there]
        over = (over - theirs.mean()) * (ours.std() + 1) / (theirs.std() + 1) + ours.mean()
    faded = reference * np.float32(0.25) + 170
    red = np.where(there, reference, faded)
    rest = np.where(there, np.clip(over, 0, 255), faded)
    return np.asarray(np.rint(np.stack([red, rest, rest], axis=2)), np.uint8)


class _Panel:
    """One of the pictures, at the size it is shown at. Points are given in pixels of the picture."""

    def __init__(self, name: str, picture: Grey) -> None:
        self.name = name
        height, width = picture.shape[:2]
        scale = _PANEL / max(width, height)
        self.width, self.height = max(1, round(width * scale)), max(1, round(height * scale))
        size = self.width * _FINE, self.height * _FINE
        self._scale = np.array(size) / (width, height)
        self.image = Image.fromarray(picture).convert("RGB").resize(size, Image.Resampling.LANCZOS)
        self._draw = ImageDraw.Draw(self.image)

    def mark(self, corners: NDArray[np.float64], tile_mark: TileMark) -> None:
        if tile_mark.agrees is None:
            return
        points = self._points(corners)
        _frame(self._draw, points, agrees=tile_mark.agrees)
        if np.ptp(points, axis=0).max() >= 2.5 * _LABEL_SIZE * _FINE:
            x, y = np.mean(points, axis=0)
            font = ImageFont.load_default(_LABEL_SIZE * _FINE)
            self._draw.text(
                (x, y),
                tile_mark.name,
                fill=_LIGHT,
                font=font,
                anchor="mm",
                stroke_width=2 * _FINE,
                stroke_fill=_HALO,
            )

    def outline(self, corners: NDArray[np.float64]) -> None:
        points = self._points(corners)
        for width, ink in ((3 * _FINE, _HALO), (_FINE, _LIGHT)):
            self._draw.line([*points, points[0]], fill=ink, width=width)

    def _points(self, corners: NDArray[np.float64]) -> list[Point]:
        there = np.clip(corners * self._scale, -_FAR, _FAR)
        return [(float(x), float(y)) for x, y in there]


def _frame(draw: ImageDraw.ImageDraw, corners: Sequence[Point], *, agrees: bool) -> None:
    strokes = [[*corners, corners[0]]]
    strokes += [] if agrees else [[corners[0], corners[2]], [corners[1], corners[3]]]
    for width, ink in ((4 * _FINE, _HALO), (2 * _FINE, _AGREES if agrees else _DIFFERS)):
        for stroke in strokes:
            draw.line(stroke, fill=ink, width=width, joint="curve")


class _Sheet:
    """The paper. All measures in pixels of the finished picture; pictures come at _FINE times their size."""

    def __init__(self, width: int, height: int) -> None:
        self._image = Image.new("RGB", (width * _FINE, height * _FINE), _PAPER)
        self._draw = ImageDraw.Draw(self._image)

    def write(self, left: int, top: int, text: str, size: int, ink: Colour) -> None:
        font = ImageFont.load_default(size * _FINE)
        self._draw.text((left * _FINE, top * _FINE), text, fill=ink, font=font)

    def sample(self, left: int, top: int, *, agrees: bool) -> None:
        corners = (np.array((left, top + 2)) + _SQUARE * 15) * _FINE
        _frame(self._draw, [(float(x), float(y)) for x, y in corners], agrees=agrees)

    def show(self, image: Image.Image, left: int, top: int) -> None:
        self._image.paste(image, (left * _FINE, top * _FINE))

    def png(self) -> bytes:
        target = BytesIO()
        self._image.reduce(_FINE).save(target, PngImagePlugin.PngImageFile.format, optimize=True)
        return target.getvalue()

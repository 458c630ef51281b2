"""Draw an alignment.

Both pictures are drawn side by side, with their agreeing and differing tiles marked; then the query warped
onto the reference. The pictures are grey, as they are compared.
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
"""Everything is drawn at this scale and then reduced, so that lines and letters have smooth edges."""
_PAPER, _INK, _FAINT, _HALO, _LIGHT = (
    (247, 247, 245),
    (28, 30, 33),
    (100, 104, 110),
    (0, 0, 0),
    (255, 255, 255),
)
_AGREES, _DIFFERS = (86, 180, 233), (240, 150, 0)
"""Blue and orange are distinguishable with colour blindness; differing tiles also have a cross."""
_TITLE_SIZE, _TEXT_SIZE, _LABEL_SIZE = 20, 15, 13
_MARK_INSET = 0.07
_FAR = 4 * _PANEL
"""Points are clipped to this distance before they are drawn: a perspective may move them very far away."""

_LEGEND = (
    (True, "This tile agrees. The same name in both pictures is the same tile."),
    (False, "This tile differs."),
    (
        None,
        "No square: the tile is too plain, or not fully in the query. Thin white line: outline of the other"
        " picture.",
    ),
    (
        None,
        "Aligned: grey where both are equal, red or cyan where one is lighter, pale outside the query.",
    ),
)
_NO_ALIGNMENT_LEGEND = ((None, "No alignment: no part of the reference was found in the query."),)

Point = tuple[float, float]
Colour = tuple[int, int, int]
_SQUARE = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])


@dataclass(frozen=True, slots=True)
class TileMark:
    """The mark of one of the smallest tiles: a square around its middle, which touches no other mark."""

    name: str
    """A letter for the row and a number for the column, as on a chessboard."""
    corners: NDArray[np.float64]
    """(4, 2), x and y as shares of the sides of the reference."""
    agrees: bool | None
    """None if the tile is not comparable."""


def overlay_png(
    reference: Grey,
    query: Grey,
    alignment: Alignment | None,
    agree_distance: int,
    *,
    title: str,
    lines: Sequence[str] = (),
    names: tuple[str, str] = ("reference", "query"),
) -> bytes:
    """Return a PNG of an alignment.

    reference, query: the pictures at working size (`keypoints.to_working_size`). alignment: None draws them
    side by side. agree_distance: bits, as in AlignmentPolicy. title, lines: the text above and below the
    pictures. names: the captions of both pictures.
    """
    panels = [_Panel(names[0], reference), _Panel(names[1], query)]
    if alignment is not None:
        matrix = np.array(alignment.transform).reshape(3, 3)
        inverse = np.asarray(np.linalg.inv(matrix), np.float64)
        reference_size = np.diag((*reference.shape[::-1], 1.0))
        query_size = np.diag((*query.shape[::-1], 1.0))
        for mark in _tile_marks(alignment, agree_distance):
            panels[0].mark(transform_points(reference_size, mark.corners), mark)
            panels[1].mark(transform_points(inverse @ reference_size, mark.corners), mark)
        panels[0].outline(transform_points(matrix @ query_size, _SQUARE))
        panels[1].outline(transform_points(inverse @ reference_size, _SQUARE))
        panels.append(_Panel("aligned", _blend(reference, query, alignment)))
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
    """Yield the marks of the smallest tiles."""
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
    """Return RGB: the reference in red, the warped query at the same mean and contrast in green and blue."""
    height, width = reference.shape
    matrix = np.array(alignment.transform).reshape(3, 3)
    plane = np.subtract(255, query) if alignment.inverted else query
    covered = warp(np.full(query.shape, 255, np.uint8), matrix, width, height) > 127
    warped = warp(plane, matrix, width, height).astype(np.float32)
    if covered.any():
        target, source = reference[covered].astype(np.float32), warped[covered]
        warped = (warped - source.mean()) * (target.std() + 1) / (source.std() + 1) + target.mean()
    faded = reference * np.float32(0.25) + 170
    red = np.where(covered, reference, faded)
    cyan = np.where(covered, np.clip(warped, 0, 255), faded)
    return np.asarray(np.rint(np.stack([red, cyan, cyan], axis=2)), np.uint8)


class _Panel:
    """One picture at its drawn size. Points are in pixels of the original picture."""

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
        points = np.clip(corners * self._scale, -_FAR, _FAR)
        return [(float(x), float(y)) for x, y in points]


def _frame(draw: ImageDraw.ImageDraw, corners: Sequence[Point], *, agrees: bool) -> None:
    strokes = [[*corners, corners[0]]]
    strokes += [] if agrees else [[corners[0], corners[2]], [corners[1], corners[3]]]
    for width, ink in ((4 * _FINE, _HALO), (2 * _FINE, _AGREES if agrees else _DIFFERS)):
        for stroke in strokes:
            draw.line(stroke, fill=ink, width=width, joint="curve")


class _Sheet:
    """The page.

    Positions are in pixels of the final image; images to show have _FINE times their final size.
    """

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

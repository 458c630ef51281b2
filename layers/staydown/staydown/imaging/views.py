"""The ways of looking at a picture that are hashed.

A view is a part of the luma plane in one of eight orientations, in its own greys or inverted; or a guess at
what the picture was cut from. To look at further parts, add a finder to FINDERS: it gets the grey plane and
names the parts it found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from staydown.domain.fingerprints import UPRIGHT, View
from staydown.imaging.blocks import parts
from staydown.imaging.borders import Crop, without_borders
from staydown.imaging.insets import insets
from staydown.imaging.luma import Grey, Plane, rounded
from staydown.imaging.pdq import PdqDct, dct16, dihedral, inverted
from staydown.imaging.uncut import uncut

Finder = Callable[[Grey], Iterable[Crop]]

FINDERS: tuple[Finder, ...] = (parts, insets)


def views(plane: Plane, factor: tuple[int, int] = (1, 1), source: str = "") -> Iterator[View]:
    """Every view of a picture, from the likeliest to the least, the picture itself first.

    factor: how many columns and rows of the full-size picture each value of the plane stands for.
    source: where the plane comes from ("frame 3"), set before every name; "" for the picture itself.
    Some 130 in all: each must be looked up in the bank, so there is no point in adding one that finds
    nothing the others don't.
    """
    dct = dct16(plane, factor)
    grey = rounded(plane)
    yield from _turned(dct, source, "")
    yield from _part_views(plane, factor, source, without_borders(grey))
    yield from _turned(inverted(dct), source, "inverted")
    for find in FINDERS:
        yield from _part_views(plane, factor, source, find(grey))
    for guess, pdq in uncut(plane):
        yield View(_name(source, guess, ""), pdq, dct.quality)


def plain_views(plane: Plane, factor: tuple[int, int] = (1, 1), source: str = "") -> Iterator[View]:
    """The picture and the picture without its borders, each in its eight orientations: 8 to 24 views."""
    yield from _turned(dct16(plane, factor), source, "")
    yield from _part_views(plane, factor, source, without_borders(rounded(plane)))


def _part_views(plane: Plane, factor: tuple[int, int], source: str, found: Iterable[Crop]) -> Iterator[View]:
    for part in found:
        yield from _turned(dct16(part.of(plane), factor), source, part.name)


def _turned(dct: PdqDct, source: str, part: str) -> Iterator[View]:
    for orientation, pdq in dihedral(dct):
        yield View(_name(source, part, orientation), pdq, dct.quality)


def _name(source: str, part: str, orientation: str) -> str:
    """ "upright" is only said where there is nothing else to say."""
    words = [word for word in (source, part, orientation) if word and word != UPRIGHT]
    return ", ".join(words) or UPRIGHT

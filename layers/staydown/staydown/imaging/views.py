"""The ways of looking at a picture that are hashed.

A view is a part of the luma plane in one of eight orientations, in its own greys or inverted; or a guess at
what the picture was cut from. To look at further parts, add a finder to FINDERS: it gets the grey plane and
names the parts it found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from staydown.domain.bank.fingerprints import UPRIGHT, View
from staydown.imaging.borders import Crop, border_crops
from staydown.imaging.crop_hypotheses import crop_hypothesis_hashes
from staydown.imaging.inset_pictures import inset_pictures
from staydown.imaging.luma import Grey, Plane, rounded
from staydown.imaging.page_panels import page_panels
from staydown.imaging.pdq import PdqDct, dct16, inverted, orientation_hashes

CropFinder = Callable[[Grey], Iterable[Crop]]

CROP_FINDERS: tuple[CropFinder, ...] = (page_panels, inset_pictures)


def all_views(plane: Plane, factor: tuple[int, int] = (1, 1), source: str = "") -> Iterator[View]:
    """Every view of a picture, from the likeliest to the least, the picture itself first.

    factor: how many columns and rows of the full-size picture each value of the plane stands for.
    source: where the plane comes from ("frame 3"), set before every name; "" for the picture itself.
    Some 130 in all: each must be looked up in the bank, so there is no point in adding one that finds
    nothing the others don't.
    """
    dct = dct16(plane, factor)
    grey = rounded(plane)
    yield from _oriented_views(dct, source, "")
    yield from _part_views(plane, factor, source, border_crops(grey))
    yield from _oriented_views(inverted(dct), source, "inverted")
    for find in CROP_FINDERS:
        yield from _part_views(plane, factor, source, find(grey))
    for guess, pdq in crop_hypothesis_hashes(plane):
        yield View(_name(source, guess, ""), pdq, dct.quality)


def basic_views(plane: Plane, factor: tuple[int, int] = (1, 1), source: str = "") -> Iterator[View]:
    """The picture and the picture without its borders, each in its eight orientations: 8 to 24 views."""
    yield from _oriented_views(dct16(plane, factor), source, "")
    yield from _part_views(plane, factor, source, border_crops(rounded(plane)))


def _part_views(plane: Plane, factor: tuple[int, int], source: str, found: Iterable[Crop]) -> Iterator[View]:
    for part in found:
        yield from _oriented_views(dct16(part.of(plane), factor), source, part.name)


def _oriented_views(dct: PdqDct, source: str, part: str) -> Iterator[View]:
    for orientation, pdq in orientation_hashes(dct):
        yield View(_name(source, part, orientation), pdq, dct.quality)


def _name(source: str, part: str, orientation: str) -> str:
    """ "upright" is only said where there is nothing else to say."""
    words = [word for word in (source, part, orientation) if word and word != UPRIGHT]
    return ", ".join(words) or UPRIGHT

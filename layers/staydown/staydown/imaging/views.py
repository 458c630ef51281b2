"""The views of an image: the transformations that are hashed.

A view is the image, a part of it or its negative, in one of eight orientations; or a crop hypothesis. To hash
further parts, add a function to CROP_FINDERS.
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
"""From a grey plane to the named parts to hash."""

CROP_FINDERS: tuple[CropFinder, ...] = (page_panels, inset_pictures)


def all_views(plane: Plane, factor: tuple[int, int] = (1, 1), source: str = "") -> Iterator[View]:
    """Yield all views of a plane, about 130, the most likely ones first.

    factor: columns and rows of the full-size image for each value of the plane. source: a prefix of the
    names, such as "frame 3". Each view costs a lookup in the bank.
    """
    dct = dct16(plane, factor)
    grey = rounded(plane)
    yield from _oriented_views(dct, source, "")
    yield from _part_views(plane, factor, source, border_crops(grey))
    yield from _oriented_views(inverted(dct), source, "inverted")
    for find in CROP_FINDERS:
        yield from _part_views(plane, factor, source, find(grey))
    for hypothesis, pdq in crop_hypothesis_hashes(plane):
        yield View(_name(source, hypothesis, ""), pdq, dct.quality)


def basic_views(plane: Plane, factor: tuple[int, int] = (1, 1), source: str = "") -> Iterator[View]:
    """Yield the image and the image without its borders, each in eight orientations: 8 to 24 views.

    Arguments as in `all_views`.
    """
    yield from _oriented_views(dct16(plane, factor), source, "")
    yield from _part_views(plane, factor, source, border_crops(rounded(plane)))


def _part_views(plane: Plane, factor: tuple[int, int], source: str, crops: Iterable[Crop]) -> Iterator[View]:
    for crop in crops:
        yield from _oriented_views(dct16(crop.of(plane), factor), source, crop.name)


def _oriented_views(dct: PdqDct, source: str, part: str) -> Iterator[View]:
    for orientation, pdq in orientation_hashes(dct):
        yield View(_name(source, part, orientation), pdq, dct.quality)


def _name(source: str, part: str, orientation: str) -> str:
    """Return the name of a view; "upright" is left out of longer names."""
    words = [word for word in (source, part, orientation) if word and word != UPRIGHT]
    return ", ".join(words) or UPRIGHT

"""The ways of looking at a picture that are hashed.

A view is a part of the luma plane in one of eight orientations. To look at further parts, add a finder to
FINDERS: it gets the grey plane and names the parts it found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from staydown.domain.fingerprints import UPRIGHT, View
from staydown.imaging.borders import Crop, without_borders
from staydown.imaging.luma import Grey, Plane, rounded
from staydown.imaging.pdq import dct16, dihedral

Finder = Callable[[Grey], Iterable[Crop]]

FINDERS: tuple[Finder, ...] = (without_borders,)


def views(plane: Plane, factor: tuple[int, int] = (1, 1), source: str = "") -> Iterator[View]:
    """The picture itself first, then the parts found in it, each in its eight orientations.

    factor: how many columns and rows of the full-size picture each value of the plane stands for.
    source: where the plane comes from ("frame 3"), set before every name; "" for the picture itself.
    """
    for part in _parts(plane):
        dct = dct16(part.of(plane), factor)
        for orientation, pdq in dihedral(dct):
            yield View(_name(source, part.name, orientation), pdq, dct.quality)


def _parts(plane: Plane) -> Iterator[Crop]:
    yield Crop("", 0, 0, plane.shape[1], plane.shape[0])
    grey = rounded(plane)
    for find in FINDERS:
        yield from find(grey)


def _name(source: str, part: str, orientation: str) -> str:
    """ "upright" is only said where there is nothing else to say."""
    words = [word for word in (source, part, orientation) if word and word != UPRIGHT]
    return ", ".join(words) or UPRIGHT

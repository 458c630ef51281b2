"""Turning away a PNG whose gamma makes another picture of it.

A PNG may say by what power its values were coded (gAMA). Browsers undo it, decoders as ours pass it over.
With a far-off one the many pixels of one picture go black in a browser, and a few, scattered among them, show
another one that no hash of the stored values comes near.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from staydown.imaging.formats import PNG, Format
from staydown.imaging.limits import ImageRejected

_LEAST, _MOST = 20_000, 200_000
"""Times 100,000. sRGB has 45,455, old Macs 55,556, linear values 100,000: with these it stays itself."""


def refuse_far_off_gamma(data: bytes, image_format: Format) -> None:
    """Raises ImageRejected. A gamma of 0 means nothing, and browsers pass it over too."""
    if image_format is PNG and any(gamma and not _LEAST <= gamma <= _MOST for gamma in _gammas(data)):
        raise ImageRejected("damaged", "the PNG's gamma makes another picture of it")


def _gammas(data: bytes) -> Iterator[int]:
    """What is said before the pixels; what comes after counts for nobody."""
    at = 8
    while at + 12 <= len(data) and data[at + 4 : at + 8] != b"IDAT":
        (length,) = struct.unpack_from(">L", data, at)
        if data[at + 4 : at + 8] == b"gAMA" and length == 4:
            yield struct.unpack_from(">L", data, at + 8)[0]
        at += 12 + length

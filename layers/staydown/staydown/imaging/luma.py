"""Convert an image of any colour mode to luma, reduced to working size.

Hashes use luma only. Large images are converted strip by strip, so that there is never a second copy at full
size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Plane = NDArray[np.float32]
"""Luma: float32 (height, width), 0 black to 255 white, 0.299 R + 0.587 G + 0.114 B. Not rounded: rounding
changes the hash of a dark image by up to 18 bits."""

Grey = NDArray[np.uint8]
"""Luma, rounded: uint8 (height, width)."""

OVER_BLACK = "over black"
WITHOUT_TRANSPARENCY = "without transparency"

_STRIP_PIXELS = 1 << 21
_GRID_SIDE, _DIFFERENT = 8, 2.0
"""Planes differ if their mean difference in a part of an 8 x 8 grid exceeds this, of 255."""
_WHITE, _BLACK = (255, 255, 255, 255), (0, 0, 0, 255)
NUMERIC = {"I", "F", "I;16", "I;16L", "I;16B", "I;16N"}

_ToLuma = Callable[[Image.Image], Image.Image]
"""From a strip of an image to its luma, an image of mode F."""


def rounded(plane: Plane) -> Grey:
    """Return the plane as uint8."""
    return np.rint(plane).astype(np.uint8)


def blur(grey: Grey, radius: float) -> Grey:
    """Return the plane with a Gaussian blur. radius: standard deviation in pixels."""
    return np.asarray(Image.fromarray(grey).filter(ImageFilter.GaussianBlur(radius)), np.uint8)


def luma_planes(image: Image.Image, factor: tuple[int, int]) -> dict[str, Plane]:
    """Return the luma of a loaded image by variant, averaged over blocks of `factor` (columns, rows) pixels.

    "" is the image on a white page. A transparent image also has OVER_BLACK and WITHOUT_TRANSPARENCY if they
    show something else: what is invisible on white may be visible on a dark page or after saving as JPEG.
    """
    if image.mode in NUMERIC:
        return {"": _reduced(image, factor, numeric_to_luma(image))}
    if not has_alpha(image):
        return {"": _reduced(image, factor, _opaque_to_luma)}
    planes = {"": _reduced(image, factor, lambda strip: _on_page(strip, _WHITE))}
    if all(rgba(strip).getchannel("A").getextrema() == (255, 255) for strip in strips(image, 1)):
        return planes
    others: tuple[tuple[str, _ToLuma], ...] = (
        (OVER_BLACK, lambda strip: _on_page(strip, _BLACK)),
        (WITHOUT_TRANSPARENCY, lambda strip: rgba(strip).convert("RGB").convert("F")),
    )
    for name, to_luma in others:
        plane = _reduced(image, factor, to_luma)
        if all(visibly_differ(plane, known) for known in planes.values()):
            planes[name] = plane
    return planes


def visibly_differ(one: Plane, other: Plane) -> bool:
    """Return whether two planes of one shape differ visibly in at least one part of an 8 x 8 grid."""
    difference = np.abs(one - other)
    parts = (np.array_split(rows, _GRID_SIDE, axis=1) for rows in np.array_split(difference, _GRID_SIDE))
    return any(part.size > 0 and float(part.mean()) > _DIFFERENT for row in parts for part in row)


def strips(image: Image.Image, rows: int) -> Iterator[Image.Image]:
    """Yield the image in strips of full width. The height of all but the last is a multiple of `rows`."""
    height = max(1, _STRIP_PIXELS // image.width // rows) * rows
    if height >= image.height:
        yield image
        return
    for top in range(0, image.height, height):
        yield image.crop((0, top, image.width, min(top + height, image.height)))


def _reduced(image: Image.Image, factor: tuple[int, int], to_luma: _ToLuma) -> Plane:
    planes = []
    for strip in strips(image, factor[1]):
        luma = to_luma(strip)
        planes.append(np.asarray(luma if factor == (1, 1) else luma.reduce(factor), np.float32))
    return planes[0] if len(planes) == 1 else np.concatenate(planes)


def has_alpha(image: Image.Image) -> bool:
    """Return whether an image may be transparent anywhere."""
    return image.mode in {"RGBA", "RGBa", "LA", "La", "PA"} or "transparency" in image.info


def rgba(strip: Image.Image) -> Image.Image:
    """Return an image in mode RGBA."""
    if strip.mode == "La":
        strip = strip.convert("LA")
    return strip if strip.mode == "RGBA" else strip.convert("RGBA")


def _on_page(strip: Image.Image, page: tuple[int, int, int, int]) -> Image.Image:
    background = Image.new("RGBA", strip.size, page)
    return Image.alpha_composite(background, rgba(strip)).convert("RGB").convert("F")


def _opaque_to_luma(strip: Image.Image) -> Image.Image:
    if strip.mode in {"L", "RGB"}:
        return strip.convert("F")
    if strip.mode == "LAB":
        return _lab_to_rgb(strip).convert("F")
    return strip.convert("RGB").convert("F")


def _lab_to_rgb(strip: Image.Image) -> Image.Image:
    from PIL import ImageCms  # noqa: PLC0415 - a rare mode, and a library of its own

    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(strip, lab, srgb, outputMode="RGB")
    if converted is None:
        raise ValueError("cannot convert LAB to RGB")
    return converted


def numeric_to_luma(image: Image.Image) -> _ToLuma:
    """Return the conversion of a grey image of more than 8 bits (a mode in NUMERIC) to luma.

    White is 65,535 for 16 bits. Values of wider types are read as 8 or 16 bits or, as floats, as 0 to 1, if
    they fit; others are scaled from their own range. NaN is black. Pillow's conversion clips at 255.
    """
    low, high = 0.0, 65535.0
    if image.mode in {"I", "F"}:
        low, high = _value_range(image)
        whites = (1.0, 255.0, 65535.0) if image.mode == "F" else (255.0, 65535.0)
        if low >= 0 and high <= whites[-1]:
            low, high = 0.0, next(white for white in whites if high <= white)
    scale = 255.0 / (high - low) if high > low else 0.0

    def to_luma(strip: Image.Image) -> Image.Image:
        values = np.nan_to_num(np.asarray(strip, np.float64), nan=low, posinf=high, neginf=low)
        return Image.fromarray(np.clip((values - low) * scale, 0, 255).astype(np.float32))

    return to_luma


def _value_range(image: Image.Image) -> tuple[float, float]:
    """Return the smallest and the largest finite value of an image; (0, 0) if it has none."""
    lows, highs = [], []
    for strip in strips(image, 1):
        values = np.asarray(strip, np.float64)
        values = values[np.isfinite(values)]
        if values.size:
            lows.append(float(values.min()))
            highs.append(float(values.max()))
    return min(lows, default=0.0), max(highs, default=0.0)

"""A picture as a profile makes it look.

What a profile does to a value may have nothing to do with what it does to its neighbours, so values are
converted one by one, before any are averaged. That is slow, and files that need it are rare: of each block
that will be one value of a plane, a few pixels are converted, and nobody can choose which.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageCms

from staydown.imaging.icc import ColourInterpretation
from staydown.imaging.limits import ImageRejected
from staydown.imaging.luma import NUMERIC, Plane, has_alpha, luma_planes, numeric_to_luma, rgba, strips


def render_planes(
    image: Image.Image,
    interpretation: ColourInterpretation,
    factor: tuple[int, int],
    seed: int,
    max_pixels: int,
) -> dict[str, Plane]:
    """As `luma.luma_planes` has it, of the picture as the profile makes it look.

    seed: from the file, so that who looks twice sees the same. most: pixels that may be converted; where
    there are more, one of each block is. A million takes up to half a second. Empty where the profile is not
    for such pictures: everybody passes it over then. Raises ImageRejected where it can't be gone by.
    """
    if image.mode == "LAB" or interpretation.space.startswith("CMY") > (image.mode == "CMYK"):
        return {}
    is_grey = image.mode in {"1", "L", "LA", "La"} or image.mode in NUMERIC
    if interpretation.space == "L" and not is_grey:
        return {}
    thin, blocks = _subsample(image, factor, seed, max_pixels)
    return luma_planes(_convert(thin, interpretation), blocks)


def _convert(image: Image.Image, interpretation: ColourInterpretation) -> Image.Image:
    """RGB or RGBA. Raises ImageRejected: others may be able to read what is not read here."""
    stored = _to_profile_mode(image, interpretation.space)
    try:
        transform = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(BytesIO(interpretation.profile)),
            _srgb(),
            stored.mode,
            "RGB",
            ImageCms.Intent.PERCEPTUAL,
            # Otherwise a table of few steps takes the profile's place, and what lies between them is lost.
            ImageCms.Flags.NOOPTIMIZE,
        )
        seen = ImageCms.applyTransform(stored, transform)
    except ImageCms.PyCMSError as error:
        raise ImageRejected("damaged", "a colour profile that can't be gone by") from error
    if seen is None:
        raise ImageRejected("damaged", "a colour profile that makes nothing of it")
    if image.mode == "RGBA":
        seen.putalpha(image.getchannel("A"))
    return seen


def _to_profile_mode(image: Image.Image, space: str) -> Image.Image:
    if space == "CMY":
        inks = ImageChops.invert(image.convert("RGB")).split()
        return Image.merge("CMYK", (*inks, Image.new("L", image.size)))
    return image if image.mode == space else image.convert(space)


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _subsample(
    image: Image.Image, factor: tuple[int, int], seed: int, max_pixels: int
) -> tuple[Image.Image, tuple[int, int]]:
    """Some pixels of each block of factor (columns, rows) pixels, of mode L, RGB, RGBA or CMYK; and how many
    columns and rows of them a block has now."""
    random = np.random.default_rng(seed)
    blocks = image.width // factor[0] * (image.height // factor[1])
    lines = 2 if 4 * blocks <= max_pixels else 1
    columns = _sample_indices(image.width, factor[0], lines, random)
    to_luma = numeric_to_luma(image) if image.mode in NUMERIC else None
    picked = []
    for strip in strips(image, factor[1]):
        coloured = to_luma(strip).convert("L") if to_luma else _coloured(strip)
        picked.append(
            np.asarray(coloured)[_sample_indices(strip.height, factor[1], lines, random)][:, columns]
        )
        mode = coloured.mode
    values = np.concatenate(picked)
    thin = Image.frombytes(mode, (values.shape[1], values.shape[0]), values.tobytes())
    return thin, (min(factor[0], lines), min(factor[1], lines))


def _coloured(strip: Image.Image) -> Image.Image:
    if has_alpha(strip):
        return rgba(strip)
    if strip.mode in {"1", "L"}:
        return strip.convert("L")
    return strip if strip.mode in {"RGB", "CMYK"} else strip.convert("RGB")


def _sample_indices(
    length: int, factor: int, per_block: int, random: np.random.Generator
) -> NDArray[np.intp]:
    """Indices of `most` (one or two) of each `factor` in a row, other ones each time."""
    if factor <= per_block:
        return np.arange(length)
    starts = np.arange(0, length, factor)
    first = random.integers(0, factor, len(starts))
    second = (first + random.integers(1, factor, len(starts))) % factor
    picked = np.sort(np.stack([first, second], axis=1)[:, :per_block], axis=1) + starts[:, None]
    return np.minimum(picked.ravel(), length - 1)

"""Render an image with a colour profile.

A profile may map similar values to very different colours, so pixels are converted before they are averaged.
That is slow, and few files need it: of each block that becomes one value of a plane, a few random pixels are
converted.
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
    """Return the planes of `luma.luma_planes` for the image with its colour profile applied.

    Empty if the profile is for another colour mode; programs ignore it then. seed: derived from the file, so
    that the result is reproducible. max_pixels: four pixels of each block are converted if they are within
    this number, otherwise one; a million pixels take up to half a second. Raises ImageRejected if the profile
    cannot be applied.
    """
    if image.mode == "LAB" or interpretation.space.startswith("CMY") > (image.mode == "CMYK"):
        return {}
    is_grey = image.mode in {"1", "L", "LA", "La"} or image.mode in NUMERIC
    if interpretation.space == "L" and not is_grey:
        return {}
    sampled, blocks = _subsample(image, factor, seed, max_pixels)
    return luma_planes(_convert(sampled, interpretation), blocks)


def _convert(image: Image.Image, interpretation: ColourInterpretation) -> Image.Image:
    """Return the image in sRGB, as RGB or RGBA.

    Raises ImageRejected: another program may be able to apply the profile.
    """
    stored = _to_profile_mode(image, interpretation.space)
    try:
        transform = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(BytesIO(interpretation.profile)),
            _srgb(),
            stored.mode,
            "RGB",
            ImageCms.Intent.PERCEPTUAL,
            # Otherwise LittleCMS replaces the profile with a coarse table.
            ImageCms.Flags.NOOPTIMIZE,
        )
        rendered = ImageCms.applyTransform(stored, transform)
    except ImageCms.PyCMSError as error:
        raise ImageRejected("damaged", "a colour profile that cannot be applied") from error
    if rendered is None:
        raise ImageRejected("damaged", "a colour profile without a result")
    if image.mode == "RGBA":
        rendered.putalpha(image.getchannel("A"))
    return rendered


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
    """Return random pixels of each block of `factor` (columns, rows) pixels, in mode L, RGB, RGBA or CMYK.

    Also returns the number of columns and rows that a block then has.
    """
    random = np.random.default_rng(seed)
    blocks = image.width // factor[0] * (image.height // factor[1])
    lines = 2 if 4 * blocks <= max_pixels else 1
    columns = _sample_indices(image.width, factor[0], lines, random)
    to_luma = numeric_to_luma(image) if image.mode in NUMERIC else None
    picked = []
    for strip in strips(image, factor[1]):
        converted = to_luma(strip).convert("L") if to_luma else _to_rendered_mode(strip)
        picked.append(
            np.asarray(converted)[_sample_indices(strip.height, factor[1], lines, random)][:, columns]
        )
        mode = converted.mode
    values = np.concatenate(picked)
    sampled = Image.frombytes(mode, (values.shape[1], values.shape[0]), values.tobytes())
    return sampled, (min(factor[0], lines), min(factor[1], lines))


def _to_rendered_mode(strip: Image.Image) -> Image.Image:
    if has_alpha(strip):
        return rgba(strip)
    if strip.mode in {"1", "L"}:
        return strip.convert("L")
    return strip if strip.mode in {"RGB", "CMYK"} else strip.convert("RGB")


def _sample_indices(
    length: int, factor: int, per_block: int, random: np.random.Generator
) -> NDArray[np.intp]:
    """Return the indices of `per_block` (1 or 2) random elements of each block of `factor` elements."""
    if factor <= per_block:
        return np.arange(length)
    starts = np.arange(0, length, factor)
    first = random.integers(0, factor, len(starts))
    second = (first + random.integers(1, factor, len(starts))) % factor
    picked = np.sort(np.stack([first, second], axis=1)[:, :per_block], axis=1) + starts[:, None]
    return np.minimum(picked.ravel(), length - 1)

"""The images of the golden vectors: photographs of packages, altered copies of one, and drawn images.

`tests/imaging/golden/pdq.json` has the PDQ hash and quality of each by the reference implementation. It was
written by `python -m tools.golden_vectors`.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter
from staydown.domain.bank.hashes import PdqHash

from tests.imaging.sample_images import bordered, encode, scene
from tests.support.photographs import PHOTOGRAPHS, photograph, reduced

GOLDEN_FILE = Path(__file__).parent / "golden" / "pdq.json"
SOURCE = "chelsea"
"""The photograph of the altered copies: 451 x 300 pixels, so that no orientation looks like another."""
Transpose = Image.Transpose

TURNED = {
    "upright": None,
    "turned 90": Transpose.ROTATE_270,
    "turned 180": Transpose.ROTATE_180,
    "turned 270": Transpose.ROTATE_90,
    "mirrored": Transpose.FLIP_LEFT_RIGHT,
    "mirrored, turned 90": Transpose.TRANSVERSE,
    "mirrored, turned 180": Transpose.FLIP_TOP_BOTTOM,
    "mirrored, turned 270": Transpose.TRANSPOSE,
}
"""How Pillow makes each orientation. Its rotations are counter-clockwise, those of the names clockwise."""


@dataclass(frozen=True)
class Vector:
    """The result of the reference implementation for an image."""

    pdq: PdqHash
    quality: int


def _saved(image: Image.Image, image_format: str, **options: int) -> Image.Image:
    return Image.open(io.BytesIO(encode(image, image_format, **options)))


def _scaled(image: Image.Image, width: int, height: int) -> Image.Image:
    return image.resize((width, height), Image.Resampling.LANCZOS)


_COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "blurred a little": lambda image: image.filter(ImageFilter.GaussianBlur(1.5)),
    "blurred a lot": lambda image: image.filter(ImageFilter.GaussianBlur(6)),
    "more contrast": lambda image: ImageEnhance.Contrast(image).enhance(1.6),
    "more saturation": lambda image: ImageEnhance.Color(image).enhance(2.5),
    "sharpened a little": lambda image: image.filter(ImageFilter.UnsharpMask(2, 80)),
    "sharpened a lot": lambda image: image.filter(ImageFilter.UnsharpMask(4, 300)),
    "scaled to 300 x 200": lambda image: _scaled(image, 300, 200),
    "scaled to 96 x 64": lambda image: _scaled(image, 96, 64),
    "scaled to 60 x 40": lambda image: _scaled(image, 60, 40),
    "scaled to 42 x 28": lambda image: _scaled(image, 42, 28),
    "scaled to 1800 x 1200": lambda image: _scaled(image, 1800, 1200),
    "squeezed to 128 x 128": lambda image: _scaled(image, 128, 128),
    "squeezed to 512 x 512": lambda image: _scaled(image, 512, 512),
    "cropped by a tenth": lambda image: image.crop((22, 15, 429, 285)),
    "left half": lambda image: image.crop((0, 0, 225, 300)),
    "letterboxed": lambda image: bordered(image, 0, 68, 0, 68, "black"),
    "framed": lambda image: bordered(image, 30, 30, 30, 30, "#f4f0e8"),
    "tilted by 3 degrees": lambda image: image.rotate(3, Image.Resampling.BICUBIC, fillcolor="white"),
    **{f"JPEG of quality {q}": partial(_saved, image_format="JPEG", quality=q) for q in (10, 30, 60, 90)},
    "WebP of quality 40": partial(_saved, image_format="WEBP", quality=40),
    "GIF": partial(_saved, image_format="GIF"),
    **{f"in mode {mode}": partial(Image.Image.convert, mode=mode) for mode in ("1", "L", "P", "CMYK", "HSV")},
}


def _plain(colour: str) -> Image.Image:
    return Image.new("RGB", (200, 150), colour)


def _gradient() -> Image.Image:
    return Image.linear_gradient("L").resize((300, 200)).convert("RGB")


def _checks(side: int) -> Image.Image:
    y, x = np.mgrid[0:256, 0:256] // side
    return Image.fromarray(((x + y) % 2 * 255).astype(np.uint8)).convert("RGB")


def _noise() -> Image.Image:
    return Image.fromarray(np.random.default_rng(5).integers(0, 256, (180, 240, 3), np.uint8))


GOLDEN_IMAGES: dict[str, Callable[[], Image.Image]] = {
    **{f"photograph: {name}": partial(photograph, name) for name in PHOTOGRAPHS},
    **{
        f"reduced: {name}": partial(lambda name: reduced(photograph(name), 160), name) for name in PHOTOGRAPHS
    },
    **{
        f"copy: {name}": partial(lambda make: make(photograph(SOURCE)), make)
        for name, make in _COPIES.items()
    },
    **{
        f"turned: {name}": partial(lambda how: photograph(SOURCE).transpose(how), how)
        for name, how in TURNED.items()
        if how is not None
    },
    **{
        f"drawn: {width} x {height}": partial(scene, width, height)
        for width, height in ((320, 240), (64, 64), (40, 33), (129, 517), (20, 300), (700, 900))
    },
    **{f"drawn: plain {colour}": partial(_plain, colour) for colour in ("black", "white", "#7f7f7f")},
    "drawn: gradient": _gradient,
    "drawn: checks of 32 pixels": partial(_checks, 32),
    "drawn: checks of 3 pixels": partial(_checks, 3),
    "drawn: noise": _noise,
}


@cache
def golden_image(name: str) -> Image.Image:
    """Return the image with this name as RGB. Do not change it: it is cached."""
    return GOLDEN_IMAGES[name]().convert("RGB")


@cache
def golden_vectors() -> dict[str, Vector]:
    """Return the reference's hash and quality of each image by name."""
    stored = json.loads(GOLDEN_FILE.read_text(encoding="utf-8"))["vectors"]
    return {name: Vector(PdqHash.from_hex(one["pdq"]), one["quality"]) for name, one in stored.items()}

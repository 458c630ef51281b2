"""The photographs of the demo, and typical alterations of a copy.

The photographs come with the scikit-image package, without a download. A cup of coffee and a cat are CC0; a
rocket (SpaceX) and a deep-field image (Hubble) are in the public domain. They stand in for intimate images.
"""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps
from staydown.imaging.pdq import dct16, hash_of, luma

REPORTED_PHOTO = "coffee.png"
UNRELATED_PHOTO = "chelsea.png"
HASH_REPORTED_PHOTO = "rocket.jpg"
"""Reported by its hash alone, and not reviewed yet."""
OVERDUE_PHOTO = "hubble_deep_field.jpg"
"""Reported, and not decided before the deadline."""


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An encoded image file."""

    data: bytes
    media_type: str


def load_photo(name: str) -> Image.Image:
    """Return a photograph as RGB in its original size. Raise FileNotFoundError without scikit-image."""
    spec = importlib.util.find_spec("skimage")
    folders = spec.submodule_search_locations if spec is not None else None
    if not folders:
        raise FileNotFoundError(f"{name} is part of scikit-image, which is not installed")
    with Image.open(Path(folders[0]) / "data" / name) as image:
        return image.convert("RGB")


def encode_jpeg(image: Image.Image, *, quality: int = 90) -> ImageFile:
    return _encode(image, "JPEG", "image/jpeg", quality=quality)


def resized(image: Image.Image, share: float) -> Image.Image:
    """Scale both sides by `share`."""
    return image.resize((round(image.width * share), round(image.height * share)))


def cropped(image: Image.Image) -> Image.Image:
    """Return the lower right part: 70% of each side."""
    left, top = round(image.width * 0.3), round(image.height * 0.3)
    return image.crop((left, top, image.width, image.height))


def rotated(image: Image.Image) -> Image.Image:
    """Rotate by 7 degrees, and crop so that no corner is empty."""
    turned = image.rotate(7, Image.Resampling.BICUBIC)
    margin = round(min(image.size) * 0.12)
    return turned.crop((margin, margin, image.width - margin, image.height - margin))


def captioned(image: Image.Image) -> Image.Image:
    """Add a line of large white letters to the lower part."""
    copy = image.copy()
    height = image.height // 6
    draw = ImageDraw.Draw(copy)
    draw.rectangle((0, image.height - 2 * height, image.width, image.height - height), fill="black")
    font = ImageFont.load_default(height * 0.8)
    draw.text((height // 2, image.height - 2 * height), "look who this is", fill="white", font=font)
    return copy


def screenshot(image: Image.Image) -> Image.Image:
    """Return a phone screenshot of an app that shows the image."""
    screen = Image.new("RGB", (540, 1170), "white")
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, 540, 110), fill="#1b4f72")
    draw.text((30, 50), "Some App", fill="white", font=ImageFont.load_default(36))
    shown = image.resize((540, round(540 * image.height / image.width)))
    screen.paste(shown, (0, 220))
    for row, words in enumerate(("alex  2 h", "you have to see this", "17 comments", "Share   Save   Reply")):
        draw.text((30, 260 + shown.height + 70 * row), words, fill="#333333", font=ImageFont.load_default(28))
    return screen


def collage(image: Image.Image, other: Image.Image) -> Image.Image:
    """Put the image beside another."""
    wide = Image.new("RGB", (2 * image.width, image.height))
    wide.paste(other.resize(image.size), (0, 0))
    wide.paste(image, (image.width, 0))
    return wide


def client_side_hash(image: Image.Image) -> tuple[str, int]:
    """Return what a reporter's device sends instead of an image: the PDQ hash in hex, and its quality."""
    dct = dct16(luma(np.asarray(image)))
    return hash_of(dct).hex, dct.quality


def _encode(image: Image.Image, pillow_name: str, media_type: str, **options: Any) -> ImageFile:
    target = io.BytesIO()
    image.save(target, pillow_name, **options)
    return ImageFile(target.getvalue(), media_type)


ALTERATIONS: Mapping[str, Callable[[Image.Image], ImageFile]] = MappingProxyType(
    {
        "recompressed (JPEG, quality 25)": lambda image: encode_jpeg(image, quality=25),
        "resized to 35%": lambda image: encode_jpeg(resized(image, 0.35)),
        "mirrored": lambda image: encode_jpeg(ImageOps.mirror(image)),
        "rotated by 90 degrees": lambda image: encode_jpeg(image.rotate(90, expand=True)),
        "in a white frame": lambda image: encode_jpeg(ImageOps.expand(image, 40, "white")),
        "greyscale, as a WebP file": lambda image: _encode(
            image.convert("L"), "WEBP", "image/webp", quality=60
        ),
        "cropped to 70% of each side": lambda image: encode_jpeg(cropped(image)),
        "rotated by 7 degrees": lambda image: encode_jpeg(rotated(image)),
        "with a caption": lambda image: encode_jpeg(captioned(image)),
        "in a phone screenshot": lambda image: encode_jpeg(screenshot(image)),
        "in a collage": lambda image: encode_jpeg(collage(image, load_photo(HASH_REPORTED_PHOTO))),
        "with inverted colours": lambda image: encode_jpeg(ImageOps.invert(image)),
    }
)
"""Alterations by name. A new account posts each of them, and it must be blocked."""

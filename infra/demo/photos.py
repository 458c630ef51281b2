"""The photographs of the story, and what people do to an image before they post it again.

The photographs lie in scikit-image's own package (no download): a cup of coffee and a cat by their
photographers under CC0, a rocket by SpaceX in the public domain. They stand in for images nobody should see.
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
"""Reported by its hash alone; nobody has judged it."""
OVERDUE_PHOTO = "hubble_deep_field.jpg"
"""Reported, and not decided in time."""


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An image as it is posted."""

    data: bytes
    media_type: str


def load_photo(name: str) -> Image.Image:
    """A photograph, RGB, at its own size. FileNotFoundError where scikit-image does not bring it."""
    found = importlib.util.find_spec("skimage")
    folders = found.submodule_search_locations if found is not None else None
    if not folders:
        raise FileNotFoundError(f"{name}: scikit-image, which brings it, is not installed")
    with Image.open(Path(folders[0]) / "data" / name) as image:
        return image.convert("RGB")


def encode_jpeg(image: Image.Image, *, quality: int = 90) -> ImageFile:
    return _encode(image, "JPEG", "image/jpeg", quality=quality)


def resized(image: Image.Image, share: float) -> Image.Image:
    """Both sides times `share`."""
    return image.resize((round(image.width * share), round(image.height * share)))


def cropped(image: Image.Image) -> Image.Image:
    """The lower right part: 70 % of each side."""
    left, top = round(image.width * 0.3), round(image.height * 0.3)
    return image.crop((left, top, image.width, image.height))


def rotated(image: Image.Image) -> Image.Image:
    """By seven degrees, cut so that no corner is empty."""
    turned = image.rotate(7, Image.Resampling.BICUBIC)
    margin = round(min(image.size) * 0.12)
    return turned.crop((margin, margin, image.width - margin, image.height - margin))


def captioned(image: Image.Image) -> Image.Image:
    """With a line of large white letters over its lower part."""
    copy = image.copy()
    height = image.height // 6
    draw = ImageDraw.Draw(copy)
    draw.rectangle((0, image.height - 2 * height, image.width, image.height - height), fill="black")
    font = ImageFont.load_default(height * 0.8)
    draw.text((height // 2, image.height - 2 * height), "look who this is", fill="white", font=font)
    return copy


def screenshot(image: Image.Image) -> Image.Image:
    """A phone's screenshot of an app that shows it."""
    screen = Image.new("RGB", (540, 1170), "white")
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, 540, 110), fill="#1b4f72")
    draw.text((30, 50), "Some App", fill="white", font=ImageFont.load_default(36))
    shown = image.resize((540, round(540 * image.height / image.width)))
    screen.paste(shown, (0, 220))
    for row, words in enumerate(
        ("somebody  2 h", "you have to see this", "17 comments", "Share   Save   Reply")
    ):
        draw.text((30, 260 + shown.height + 70 * row), words, fill="#333333", font=ImageFont.load_default(28))
    return screen


def collage(image: Image.Image, other: Image.Image) -> Image.Image:
    """Side by side with another picture."""
    wide = Image.new("RGB", (2 * image.width, image.height))
    wide.paste(other.resize(image.size), (0, 0))
    wide.paste(image, (image.width, 0))
    return wide


def client_side_hash(image: Image.Image) -> tuple[str, int]:
    """What a person's own device sends instead of a picture: the PDQ as 64 hex digits, the quality."""
    dct = dct16(luma(np.asarray(image)))
    return hash_of(dct).hex, dct.quality


def _encode(image: Image.Image, pillow_name: str, media_type: str, **options: Any) -> ImageFile:
    target = io.BytesIO()
    image.save(target, pillow_name, **options)
    return ImageFile(target.getvalue(), media_type)


ALTERATIONS: Mapping[str, Callable[[Image.Image], ImageFile]] = MappingProxyType(
    {
        "recompressed (JPEG, quality 25)": lambda image: encode_jpeg(image, quality=25),
        "resized to 35 %": lambda image: encode_jpeg(resized(image, 0.35)),
        "mirrored": lambda image: encode_jpeg(ImageOps.mirror(image)),
        "turned by 90 degrees": lambda image: encode_jpeg(image.rotate(90, expand=True)),
        "in a white frame": lambda image: encode_jpeg(ImageOps.expand(image, 40, "white")),
        "grey, as a WebP": lambda image: _encode(image.convert("L"), "WEBP", "image/webp", quality=60),
        "cropped to 70 % of each side": lambda image: encode_jpeg(cropped(image)),
        "tilted by 7 degrees": lambda image: encode_jpeg(rotated(image)),
        "with a caption over it": lambda image: encode_jpeg(captioned(image)),
        "in a phone's screenshot": lambda image: encode_jpeg(screenshot(image)),
        "in a collage": lambda image: encode_jpeg(collage(image, load_photo(HASH_REPORTED_PHOTO))),
        "inverted": lambda image: encode_jpeg(ImageOps.invert(image)),
    }
)
"""Each is posted by another account, and has to be stopped. A further kind of copy is a further line."""

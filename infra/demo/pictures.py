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
from PIL import Image, ImageOps
from staydown.imaging.pdq import dct16, hash_of, luma

REPORTED = "coffee.png"
INNOCENT = "chelsea.png"
CLAIMED = "rocket.jpg"
"""Reported by its hash alone; nobody has judged it."""


@dataclass(frozen=True, slots=True)
class File:
    """An image as it is posted."""

    data: bytes
    media_type: str


def photograph(name: str) -> Image.Image:
    """A photograph, RGB, at its own size. FileNotFoundError where scikit-image does not bring it."""
    found = importlib.util.find_spec("skimage")
    folders = found.submodule_search_locations if found is not None else None
    if not folders:
        raise FileNotFoundError(f"{name}: scikit-image, which brings it, is not installed")
    with Image.open(Path(folders[0]) / "data" / name) as image:
        return image.convert("RGB")


def jpeg(image: Image.Image, *, quality: int = 90) -> File:
    return _encoded(image, "JPEG", "image/jpeg", quality=quality)


def smaller(image: Image.Image, share: float) -> Image.Image:
    """Both sides times `share`."""
    return image.resize((round(image.width * share), round(image.height * share)))


def hashed_on_own_device(image: Image.Image) -> tuple[str, int]:
    """What a person's own device sends instead of a picture: the PDQ as 64 hex digits, the quality."""
    dct = dct16(luma(np.asarray(image)))
    return hash_of(dct).hex, dct.quality


def _encoded(image: Image.Image, pillow_name: str, media_type: str, **options: Any) -> File:
    target = io.BytesIO()
    image.save(target, pillow_name, **options)
    return File(target.getvalue(), media_type)


COPIES: Mapping[str, Callable[[Image.Image], File]] = MappingProxyType(
    {
        "recompressed (JPEG, quality 25)": lambda image: jpeg(image, quality=25),
        "resized to 35 %": lambda image: jpeg(smaller(image, 0.35)),
        "mirrored": lambda image: jpeg(ImageOps.mirror(image)),
        "turned by 90 degrees": lambda image: jpeg(image.rotate(90, expand=True)),
        "in a white frame": lambda image: jpeg(ImageOps.expand(image, 40, "white")),
        "grey, as a WebP": lambda image: _encoded(image.convert("L"), "WEBP", "image/webp", quality=60),
    }
)
"""Each is posted by another account, and has to be stopped. A further kind of copy is a further line."""

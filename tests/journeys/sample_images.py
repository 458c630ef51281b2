"""Images to upload: generated ones that differ as much as photographs do, and real photographs."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from PIL import Image
from skimage import data

SIZE = (160, 120)
"""Width and height of a generated image in pixels, small enough for a scan in milliseconds."""
_PATCHES = (9, 12, 3)


def drawn(number: int) -> Image.Image:
    """Return the generated image with this number, with enough structure for a hash of full quality."""
    patches = np.random.default_rng(number).integers(0, 256, _PATCHES, dtype=np.uint8)
    return Image.fromarray(patches).resize(SIZE, Image.Resampling.BICUBIC)


@cache
def photograph(name: str) -> Image.Image:
    """Return a photograph of scikit-image (astronaut, chelsea, coffee, rocket), at most 512 pixels long."""
    picture = Image.fromarray(getattr(data, name)()).convert("RGB")
    picture.thumbnail((512, 512))
    return picture


def jpeg(picture: Image.Image, quality: int = 90) -> bytes:
    return _encoded(picture, "JPEG", quality=quality)


def mirrored(data: bytes) -> bytes:
    """Return the mirrored image, which is another file with another hash."""
    return jpeg(Image.open(io.BytesIO(data)).transpose(Image.Transpose.FLIP_LEFT_RIGHT))


def png(picture: Image.Image) -> bytes:
    return _encoded(picture, "PNG")


def _encoded(picture: Image.Image, kind: str, **options: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()

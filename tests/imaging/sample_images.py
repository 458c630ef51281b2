"""Sample pictures and files for the imaging tests."""

from __future__ import annotations

import io
import struct
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from staydown.imaging.limits import Limits

LIMITS = Limits()


def scene(width: int = 320, height: int = 240, seed: int = 7) -> Image.Image:
    """Return a colourful picture, a sum of waves with structure of every size; the same on every machine."""
    return _scene(width, height, seed).copy()


@lru_cache(maxsize=64)
def _scene(width: int, height: int, seed: int) -> Image.Image:
    if max(width, height) > 640:
        return _scene(width // 5, height // 5, seed).resize((width, height), Image.Resampling.BICUBIC)
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    channels = []
    random = np.random.default_rng(seed)
    for _ in range(3):
        plane = np.zeros((height, width))
        for wave in range(1, 25):
            direction, phase = random.uniform(0, 2 * np.pi, 2)
            along = x * np.cos(direction) + y * np.sin(direction)
            plane += np.sin(2 * np.pi * wave / 2 * along + phase) / np.sqrt(wave)
        plane -= plane.min()
        channels.append(plane / plane.max() * 255)
    return Image.fromarray(np.rint(np.stack(channels, axis=2)).astype(np.uint8))


def encode(image: Image.Image, image_format: str, **options: Any) -> bytes:
    target = io.BytesIO()
    image.copy().save(target, image_format, **options)  # saving changes the image
    return target.getvalue()


def bordered(image: Image.Image, left: int, top: int, right: int, bottom: int, colour: Any) -> Image.Image:
    """Return the picture with a border of that many pixels on each side."""
    size = image.width + left + right, image.height + top + bottom
    framed = Image.new("RGB", size, colour)
    framed.paste(image, (left, top))
    return framed


def mpo(*images: Image.Image) -> bytes:
    """Return a multi-picture object. Pillow's own writer fails with more than three pictures."""
    encoded = [encode(image, "JPEG", quality=90) for image in images]
    entries_at = 8 + 2 + 3 * 12 + 4
    table_bytes = 4 + entries_at + 16 * len(images)
    start = 2 + 4 + 4  # the table's own offset: after SOI, the segment's head and "MPF"
    entries, at = b"", 0
    for index, data in enumerate(encoded):
        stored = len(data) + (table_bytes + 4 if index == 0 else 0)
        entries += struct.pack("<LLLHH", 0x30000 if index == 0 else 0, stored, max(0, at - start), 0, 0)
        at += stored
    fields = struct.pack("<HHL4s", 0xB000, 7, 4, b"0100") + struct.pack("<HHLL", 0xB001, 4, 1, len(images))
    fields += struct.pack("<HHLL", 0xB002, 7, 16 * len(images), entries_at)
    table = b"MPF\0II*\0" + struct.pack("<LH", 8, 3) + fields + bytes(4) + entries
    first = encoded[0][:2] + b"\xff\xe2" + struct.pack(">H", len(table) + 2) + table + encoded[0][2:]
    return first + b"".join(encoded[1:])


def pixels(image: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(image.convert("RGB"))

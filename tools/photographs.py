"""The photographs that the tools use: a folder that you choose, or photographs that come with packages.

The environment variable PHOTOGRAPHS names the folder: JPEG, PNG or WebP files, at best of unrelated scenes of
similar size. SOURCE says for the report where they come from. Without PHOTOGRAPHS, the tools cut the
photographs of scikit-image and PyWavelets to landscape format, and the large ones into halves.
"""

from __future__ import annotations

import io
import math
import os
from functools import cache
from pathlib import Path

from PIL import Image, ImageOps

from tests.support.photographs import PHOTOGRAPHS, SCENES, photograph, reduced

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
_LONGEST_SIDE = 640
"""Pixels, of a photograph of a package."""
_CUT_FROM = 400
"""Pixels: a scene is cut into halves if no side is shorter."""
_MOSAIC = (4032, 3024)
"""Pixels: 12 megapixels, as of a phone."""


def photograph_names() -> list[str]:
    """Return the names of all photographs, sorted. Raise FileNotFoundError if the chosen folder has none."""
    folder = _folder()
    if folder is None:
        return sorted(_package_files())
    names = [path.name for path in folder.glob("*") if path.suffix.lower() in _SUFFIXES]
    if not names:
        raise FileNotFoundError(f"no JPEG, PNG or WebP file in {folder} (PHOTOGRAPHS)")
    return sorted(names)


def photograph_file(name: str) -> bytes:
    """Return the photograph with this name as a file."""
    folder = _folder()
    return _package_files()[name] if folder is None else (folder / name).read_bytes()


def photograph_image(name: str) -> Image.Image:
    """Return the photograph with this name as an RGB image."""
    with Image.open(io.BytesIO(photograph_file(name))) as image:
        return image.convert("RGB")


def photographs_description() -> str:
    """Return how many photographs there are and where they come from, for a report."""
    folder, count = _folder(), len(photograph_names())
    if folder is None:
        return (
            f"{count} pictures, cut from {len(PHOTOGRAPHS)} photographs that come with scikit-image and "
            "PyWavelets"
        )
    return f"{count} of {os.environ.get('SOURCE') or f'the folder `{folder.resolve().name}`'}"


@cache
def mosaic_file() -> bytes:
    """Return a JPEG file of 12 megapixels: the photographs side by side, in full size."""
    mosaic = Image.new("RGB", _MOSAIC)
    names = photograph_names() if _folder() else list(PHOTOGRAPHS)
    images = [photograph_image(name) if _folder() else photograph(name) for name in names]
    columns = math.ceil(math.sqrt(min(len(images), 64)))
    width, height = math.ceil(_MOSAIC[0] / columns), math.ceil(_MOSAIC[1] / columns)
    for place in range(columns * columns):
        cell = ImageOps.fit(images[place % len(images)], (width, height), Image.Resampling.BICUBIC)
        mosaic.paste(cell, (place % columns * width, place // columns * height))
    return _jpeg(mosaic, 90)


def _folder() -> Path | None:
    named = os.environ.get("PHOTOGRAPHS")
    return Path(named) if named else None


@cache
def _package_files() -> dict[str, bytes]:
    """Return the pictures cut from photographs of packages, as JPEG files of at most 640 pixels, by name."""
    files: dict[str, bytes] = {}
    for name in PHOTOGRAPHS:
        whole = photograph(name)
        # Halves of a texture would be copies of each other.
        if name in SCENES and min(whole.size) >= _CUT_FROM:
            middle = whole.height // 2
            files[f"{name}-top.jpg"] = _landscape(whole.crop((0, 0, whole.width, middle)))
            files[f"{name}-bottom.jpg"] = _landscape(whole.crop((0, middle, whole.width, 2 * middle)))
        else:
            files[f"{name}.jpg"] = _landscape(whole)
    return files


def _landscape(image: Image.Image) -> bytes:
    """Return the middle of the image, 3 to 2, as a JPEG file."""
    width = min(image.width, image.height * 3 // 2)
    return _jpeg(reduced(ImageOps.fit(image, (width, width * 2 // 3)), _LONGEST_SIDE), 95)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return file.getvalue()

"""Photographs that come with packages: scikit-image's and PyWavelets'. Nothing is downloaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import numpy as np
import pywt.data
from PIL import Image
from skimage import data

_SKIMAGE = (
    *("astronaut", "brick", "camera", "cell", "chelsea", "clock", "coffee", "coins", "grass", "gravel"),
    *("hubble_deep_field", "immunohistochemistry", "moon", "retina", "rocket"),
)


def _motorcycle() -> Any:
    load: Callable[[], Any] = data.stereo_motorcycle
    return load()[0]


_LOADERS: dict[str, Callable[[], Any]] = {
    **{name: getattr(data, name) for name in _SKIMAGE},
    "motorcycle": _motorcycle,
    "aero": pywt.data.aero,
    "ascent": pywt.data.ascent,
}
PHOTOGRAPHS = tuple(sorted(_LOADERS))
"""The names that `photograph` takes. No two show the same."""
SCENES = tuple(name for name in PHOTOGRAPHS if name not in {"brick", "grass", "gravel", "retina"})
"""Those that show more than one texture, and have no black surround."""
_SHORTEST_SIDE = 400
"""Pixels. Photographs with a shorter side are not cut."""


@cache
def photograph(name: str) -> Image.Image:
    """Return the photograph as RGB, in full size. Do not change the image: it is cached."""
    return Image.fromarray(np.asarray(_LOADERS[name]()).astype(np.uint8)).convert("RGB")


@cache
def photograph_quarters(name: str) -> tuple[Image.Image, ...]:
    """Return the four quarters of a photograph, or none if a side is shorter than 400 pixels."""
    whole = photograph(name)
    if min(whole.size) < _SHORTEST_SIDE:
        return ()
    x, y = whole.width // 2, whole.height // 2
    boxes = ((0, 0, x, y), (x, 0, 2 * x, y), (0, y, x, 2 * y), (x, y, 2 * x, 2 * y))
    return tuple(whole.crop(box) for box in boxes)


def with_quarters(names: Iterable[str]) -> dict[str, Image.Image]:
    """Return these photographs and their quarters by name, in full size."""
    found = {name: photograph(name) for name in names}
    for name in tuple(found):
        for number, quarter in enumerate(photograph_quarters(name), 1):
            found[f"{name}, quarter {number}"] = quarter
    return found


def reduced(image: Image.Image, longest: int) -> Image.Image:
    """Return a copy with no side longer than `longest` pixels."""
    small = image.copy()
    small.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return small

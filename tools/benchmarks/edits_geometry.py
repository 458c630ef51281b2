"""Edits that move pixels: scaling, rotation, crops, perspective."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFilter

from tools.benchmarks.scenery import Scenery, filling

Edit = Callable[[Image.Image, Scenery], Image.Image]
BICUBIC = Image.Resampling.BICUBIC


def scaled(image: Image.Image, across: float, down: float) -> Image.Image:
    size = max(8, round(image.width * across)), max(8, round(image.height * down))
    return image.resize(size, Image.Resampling.LANCZOS)


def resized(low: float, high: float) -> Edit:
    def edit(image: Image.Image, scenery: Scenery) -> Image.Image:
        scale = scenery.between(low, high)
        return scaled(image, scale, scale)

    return edit


def stretched(image: Image.Image, scenery: Scenery) -> Image.Image:
    return scaled(image, scenery.between(0.72, 1.38), 1.0)


def flipped(method: Image.Transpose) -> Edit:
    return lambda image, _: image.transpose(method)


def tilted(low: float, high: float) -> Edit:
    """Rotate the image within its frame, and fill the corners with a colour."""

    def edit(image: Image.Image, scenery: Scenery) -> Image.Image:
        angle = scenery.between(low, high) * scenery.random.choice((-1, 1))
        fill = scenery.random.choice(((0, 0, 0), (255, 255, 255), scenery.colour()))
        return image.rotate(angle, BICUBIC, expand=scenery.random.random() < 0.5, fillcolor=fill)

    return edit


def straightened(image: Image.Image, scenery: Scenery) -> Image.Image:
    """Rotate the image and crop the empty corners, as photo apps do."""
    angle = scenery.between(2, 12) * scenery.random.choice((-1, 1))
    turn = math.radians(abs(angle))
    w, h = image.size
    scale = min(w / (w * math.cos(turn) + h * math.sin(turn)), h / (w * math.sin(turn) + h * math.cos(turn)))
    across, down = w * (1 - scale) / 2, h * (1 - scale) / 2
    box = round(across), round(down), round(w - across), round(h - down)
    return image.rotate(angle, BICUBIC).crop(box)


def sheared(image: Image.Image, scenery: Scenery) -> Image.Image:
    slant = scenery.between(0.05, 0.25) * scenery.random.choice((-1, 1))
    offset = -slant * image.height / 2
    return image.transform(image.size, Image.Transform.AFFINE, (1, slant, offset, 0, 1, 0), BICUBIC)


def cropped(low: float, high: float) -> Edit:
    """Crop to a share of the area, at a random place, with about the same shape."""

    def edit(image: Image.Image, scenery: Scenery) -> Image.Image:
        share = scenery.between(low, high)
        shape = math.exp(scenery.between(-0.2, 0.2))
        width = min(image.width, round(image.width * math.sqrt(share) * shape))
        height = min(image.height, round(image.width * image.height * share / width))
        left = scenery.random.randint(0, image.width - width)
        top = scenery.random.randint(0, image.height - height)
        return image.crop((left, top, left + width, top + height))

    return edit


def squared(image: Image.Image, scenery: Scenery) -> Image.Image:
    """Crop to a square, as for profile pictures and grids."""
    side = min(image.size)
    left = scenery.random.randint(0, image.width - side)
    top = scenery.random.randint(0, image.height - side)
    return image.crop((left, top, left + side, top + side))


def seen_askew(low: float, high: float) -> Edit:
    def edit(image: Image.Image, scenery: Scenery) -> Image.Image:
        w, h = image.size
        quad = _jittered(scenery, w, h, low, high)
        return image.transform((w, h), Image.Transform.PERSPECTIVE, _perspective(quad, w, h), BICUBIC)

    return edit


def photographed_screen(image: Image.Image, scenery: Scenery) -> Image.Image:
    """Photograph a screen from the side: with perspective, a desk, the pixel grid, blur and noise."""
    width, height = round(image.width * 2), round(image.height * 2)
    screen = image.resize((width, height), BICUBIC)
    lines = np.asarray(screen, np.float32)
    period = scenery.random.randint(3, 5)
    lines[::period] *= 0.85
    lines[:, ::period] *= 0.92
    screen = Image.fromarray(lines.astype(np.uint8))
    desk = scenery.other(width * 5 // 4, height * 5 // 4).filter(ImageFilter.GaussianBlur(12))
    quad = _jittered(scenery, width, height, 0.01, 0.08)
    matrix = _perspective(quad, width, height)
    askew = screen.transform((width, height), Image.Transform.PERSPECTIVE, matrix, BICUBIC)
    mask = Image.new("L", (width, height), 255).transform(
        (width, height), Image.Transform.PERSPECTIVE, matrix
    )
    desk.paste(askew, (width // 8, height // 8), mask)
    small = desk.resize((width * 5 // 8, height * 5 // 8), Image.Resampling.BOX)
    noise = np.random.default_rng(scenery.random.randrange(1 << 30)).normal(0, 5, (*small.size[::-1], 3))
    light = scenery.between(0.75, 1.15)
    return Image.fromarray(np.clip(np.asarray(small) * light + noise, 0, 255).astype(np.uint8))


def zoomed(image: Image.Image, scenery: Scenery) -> Image.Image:
    """Crop on all sides and enlarge to the original size, as is done with videos to escape matching."""
    inner = cropped(0.6, 0.85)(image, scenery)
    return filling(inner, *image.size)


def _jittered(scenery: Scenery, w: int, h: int, low: float, high: float) -> list[tuple[float, float]]:
    """Return corners that are moved inwards: top left, top right, bottom right, bottom left."""
    return [
        (
            x * w + (1 - 2 * x) * scenery.between(low, high) * w,
            y * h + (1 - 2 * y) * scenery.between(low, high) * h,
        )
        for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))
    ]


def _perspective(quad: list[tuple[float, float]], w: int, h: int) -> list[float]:
    """Return the coefficients for Pillow that map the whole image onto the quadrilateral."""
    rows, values = [], []
    for (x, y), (u, v) in zip(quad, ((0, 0), (w, 0), (w, h), (0, h)), strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return [float(value) for value in np.linalg.solve(np.array(rows, float), np.array(values, float))]

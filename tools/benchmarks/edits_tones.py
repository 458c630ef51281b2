"""Edits that change pixel values, and move nothing."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

from tools.benchmarks.scenery import Scenery


def _mapped(image: Image.Image, values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Image.Image:
    return image.point([round(value) for value in np.clip(values, 0, 255)] * 3)


def brighter(image: Image.Image, scenery: Scenery) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(scenery.between(1.2, 1.6))


def darker(image: Image.Image, scenery: Scenery) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(scenery.between(0.4, 0.8))


def contrast(image: Image.Image, scenery: Scenery) -> Image.Image:
    return ImageEnhance.Contrast(image).enhance(
        scenery.random.choice((scenery.between(0.4, 0.7), scenery.between(1.4, 1.9)))
    )


def gamma(image: Image.Image, scenery: Scenery) -> Image.Image:
    power = scenery.random.choice((scenery.between(0.45, 0.75), scenery.between(1.4, 2.2)))
    return _mapped(image, 255 * (np.arange(256) / 255) ** power)


def inverted(image: Image.Image, _: Scenery) -> Image.Image:
    return ImageOps.invert(image)


def greyscale(image: Image.Image, _: Scenery) -> Image.Image:
    return image.convert("L").convert("RGB")


def sepia(image: Image.Image, _: Scenery) -> Image.Image:
    return ImageOps.colorize(image.convert("L"), (40, 20, 0), (255, 240, 200))


def colour_cast(image: Image.Image, scenery: Scenery) -> Image.Image:
    """Change the weights of the channels, and rotate the hue."""
    bands = [
        band.point([min(255, round(v * w)) for v in range(256)])
        for band, w in zip(image.split(), [scenery.between(0.7, 1.3) for _ in range(3)], strict=True)
    ]
    hue, saturation, value = Image.merge("RGB", bands).convert("HSV").split()
    shift = scenery.random.randint(-25, 25)
    turned = hue.point([(v + shift) % 256 for v in range(256)])
    return Image.merge("HSV", (turned, saturation, value)).convert("RGB")


def posterised(image: Image.Image, scenery: Scenery) -> Image.Image:
    return ImageOps.posterize(image, scenery.random.choice((2, 3, 4)))


def few_colours(image: Image.Image, scenery: Scenery) -> Image.Image:
    """Reduce to 8 to 32 dithered colours, as a GIF."""
    return image.quantize(scenery.random.choice((8, 16, 32))).convert("RGB")


def equalised(image: Image.Image, _: Scenery) -> Image.Image:
    return ImageOps.equalize(image)


def noisy(image: Image.Image, scenery: Scenery) -> Image.Image:
    random = np.random.default_rng(scenery.random.randrange(1 << 30))
    noise = random.normal(0, scenery.between(8, 28), (image.height, image.width, 3))
    return Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))


def blurred(image: Image.Image, scenery: Scenery) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(scenery.between(1.0, 3.0)))


def sharpened(image: Image.Image, scenery: Scenery) -> Image.Image:
    return image.filter(ImageFilter.UnsharpMask(2, round(scenery.between(100, 300)), 2))


def vignette(image: Image.Image, scenery: Scenery) -> Image.Image:
    """Apply a photo filter: dark corners, and a warm light from one side."""
    y, x = np.mgrid[-1 : 1 : image.height * 1j, -1 : 1 : image.width * 1j]
    shade = 1 - scenery.between(0.3, 0.7) * (x**2 + y**2) / 2
    light = 50 * np.clip(x * scenery.random.choice((-1, 1)), 0, 1)
    values = np.asarray(image) * shade[..., None] + light[..., None] * (1.0, 0.7, 0.3)
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


def overlaid(image: Image.Image, scenery: Scenery) -> Image.Image:
    """Blend in another image at a quarter of the strength."""
    return ImageChops.blend(image, scenery.other(*image.size), scenery.between(0.12, 0.25))

"""Edits that cover parts of the image: stickers, watermarks, bars, scribbles."""

from __future__ import annotations

import math

from PIL import Image, ImageDraw, ImageFont

from tools.benchmarks.scenery import Scenery, write


def _sticker(size: int, scenery: Scenery) -> Image.Image:
    """Return a round or star-shaped sticker with a face or a word, as RGBA."""
    canvas = Image.new("RGBA", (size, size))
    draw = ImageDraw.Draw(canvas)
    fill = (*scenery.colour(), 255)
    if scenery.random.random() < 0.5:
        draw.ellipse(
            (0, 0, size - 1, size - 1), fill=fill, outline=(255, 255, 255, 255), width=max(1, size // 20)
        )
    else:
        points = [
            (
                size / 2 + size / 2 * (1 if n % 2 else 0.6) * math.cos(n * math.pi / 8),
                size / 2 + size / 2 * (1 if n % 2 else 0.6) * math.sin(n * math.pi / 8),
            )
            for n in range(16)
        ]
        draw.polygon(points, fill=fill, outline=(255, 255, 255, 255))
    write(
        canvas,
        scenery.words(1).upper(),
        (size // 6, size * 2 // 5, size, size),
        max(6, size // 5),
        (0, 0, 0, 255),
    )
    return canvas.rotate(scenery.between(-30, 30), Image.Resampling.BICUBIC)


def _placed(image: Image.Image, sticker: Image.Image, scenery: Scenery) -> None:
    left = scenery.random.randint(0, max(0, image.width - sticker.width))
    top = scenery.random.randint(0, max(0, image.height - sticker.height))
    image.paste(sticker, (left, top), sticker)


def stickers(image: Image.Image, scenery: Scenery) -> Image.Image:
    result = image.copy()
    for _ in range(scenery.random.randint(2, 5)):
        size = round(math.sqrt(image.width * image.height * scenery.between(0.006, 0.02)))
        _placed(result, _sticker(size, scenery), scenery)
    return result


def large_sticker(image: Image.Image, scenery: Scenery) -> Image.Image:
    """Put a sticker over 10% to 20% of the image."""
    result = image.copy()
    size = round(math.sqrt(image.width * image.height * scenery.between(0.10, 0.20)))
    _placed(result, _sticker(size, scenery), scenery)
    return result


def emoji(image: Image.Image, scenery: Scenery) -> Image.Image:
    """Put a round face over a region, and two small ones elsewhere."""
    result = image.copy()
    draw = ImageDraw.Draw(result)
    for share in (scenery.between(0.03, 0.08), 0.01, 0.01):
        side = round(math.sqrt(image.width * image.height * share))
        x, y = scenery.random.randint(0, image.width - side), scenery.random.randint(0, image.height - side)
        draw.ellipse((x, y, x + side, y + side), fill=(255, 204, 51), outline=(120, 90, 0))
        for eye in (0.3, 0.62):
            draw.ellipse(
                (x + side * eye, y + side * 0.3, x + side * (eye + 0.1), y + side * 0.45), fill=(60, 40, 0)
            )
        draw.arc((x + side * 0.25, y + side * 0.35, x + side * 0.75, y + side * 0.8), 20, 160, (60, 40, 0), 3)
    return result


def watermark(image: Image.Image, scenery: Scenery) -> Image.Image:
    """Put half-transparent words all over the image."""
    size = round(min(image.size) * scenery.between(0.06, 0.12))
    layer = Image.new("RGBA", (image.width * 2, image.height * 2))
    draw = ImageDraw.Draw(layer)
    text = scenery.words(2).upper()
    font = ImageFont.load_default(size)
    fill = (*scenery.random.choice(((255, 255, 255), (0, 0, 0))), round(scenery.between(60, 140)))
    for row, top in enumerate(range(0, layer.height, round(size * scenery.between(2.0, 3.5)))):
        for left in range(-row % 2 * size * 2, layer.width, round(draw.textlength(text, font) + size * 2)):
            draw.text((left, top), text, fill, font)
    layer = layer.rotate(scenery.between(0, 45), Image.Resampling.BICUBIC)
    left, top = image.width // 2, image.height // 2
    layer = layer.crop((left, top, left + image.width, top + image.height))
    return Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB")


def stamped(image: Image.Image, scenery: Scenery) -> Image.Image:
    """Put one word across the middle."""
    result = image.copy()
    size = round(image.width / 6)
    top = round(image.height * scenery.between(0.3, 0.55))
    write(
        result,
        scenery.words(1).upper(),
        (size // 2, top, image.width, image.height),
        size,
        (255, 255, 255),
        2,
    )
    return result


def logo(image: Image.Image, scenery: Scenery) -> Image.Image:
    """Put the logo of a site into a corner."""
    result = image.copy()
    width, height = round(image.width * 0.3), round(image.height * 0.1)
    mark = Image.new("RGB", (width, height), scenery.colour())
    write(mark, scenery.words(2), (6, 4, width, height), max(8, height // 2), (255, 255, 255))
    x, y = scenery.random.random() < 0.5, scenery.random.random() < 0.5
    result.paste(mark, (image.width - width - 6 if x else 6, image.height - height - 6 if y else 6))
    return result


def meme(image: Image.Image, scenery: Scenery) -> Image.Image:
    """Put white words with a black outline over the top and the bottom."""
    result = image.copy()
    size = max(12, image.height // 9)
    for top in (8, image.height - round(size * 2.6)):
        box = (12, top, image.width - 12, top + round(size * 2.5))
        write(result, scenery.words(7).upper(), box, size, (255, 255, 255), stroke=2)
    return result


def censored(image: Image.Image, scenery: Scenery) -> Image.Image:
    """Put a black bar over a region."""
    result = image.copy()
    width = round(image.width * scenery.between(0.25, 0.6))
    height = round(image.height * scenery.between(0.08, 0.2))
    left, top = (
        scenery.random.randint(0, image.width - width),
        scenery.random.randint(0, image.height - height),
    )
    ImageDraw.Draw(result).rectangle((left, top, left + width, top + height), fill=(0, 0, 0))
    return result


def pixelated(image: Image.Image, scenery: Scenery) -> Image.Image:
    """Pixelate a region."""
    result = image.copy()
    width, height = (round(side * scenery.between(0.25, 0.45)) for side in image.size)
    left, top = (
        scenery.random.randint(0, image.width - width),
        scenery.random.randint(0, image.height - height),
    )
    region = image.crop((left, top, left + width, top + height))
    coarse = region.resize((max(1, width // 16), max(1, height // 16)), Image.Resampling.BOX)
    result.paste(coarse.resize(region.size, Image.Resampling.NEAREST), (left, top))
    return result


def scribbled(image: Image.Image, scenery: Scenery) -> Image.Image:
    """Scribble over the image, as with a finger."""
    result = image.copy()
    draw = ImageDraw.Draw(result)
    for _ in range(scenery.random.randint(2, 4)):
        points = [
            (scenery.between(0, image.width), scenery.between(0, image.height))
            for _ in range(scenery.random.randint(3, 6))
        ]
        draw.line(
            points, scenery.colour(), max(3, round(min(image.size) * scenery.between(0.01, 0.025))), "curve"
        )
    return result

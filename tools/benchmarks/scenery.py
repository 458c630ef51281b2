"""Random numbers and other images for edits."""

from __future__ import annotations

import random
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

WORDS = [
    "the",
    "of",
    "and",
    "look",
    "who",
    "this",
    "is",
    "she",
    "he",
    "never",
    "told",
    "you",
    "send",
    "nudes",
    "lol",
    "omg",
    "follow",
    "for",
    "more",
    "like",
    "share",
    "best",
    "ever",
    "ex",
    "girlfriend",
    "boyfriend",
    "party",
    "summer",
    "2024",
    "link",
    "in",
    "bio",
    "free",
    "real",
    "leaked",
    "part",
    "two",
    "see",
    "comments",
    "wow",
]


@dataclass(frozen=True, slots=True)
class Scenery:
    """What an edit takes its parameters from.

    random: seeded, so that the same seed gives the same edit. others: unrelated images for collages,
    backgrounds and insets.
    """

    random: random.Random
    others: tuple[Image.Image, ...]

    def other(self, width: int, height: int) -> Image.Image:
        """Return another image, cropped to fill a box."""
        return filling(self.random.choice(self.others), width, height)

    def between(self, low: float, high: float) -> float:
        return self.random.uniform(low, high)

    def colour(self) -> tuple[int, int, int]:
        return self.random.randrange(256), self.random.randrange(256), self.random.randrange(256)

    def words(self, count: int) -> str:
        return " ".join(self.random.choice(WORDS) for _ in range(count))


def filling(image: Image.Image, width: int, height: int) -> Image.Image:
    """Return the middle of the image, cropped to fill a box."""
    scale = max(width / image.width, height / image.height)
    size = max(width, round(image.width * scale)), max(height, round(image.height * scale))
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return image.resize(size, Image.Resampling.BICUBIC).crop((left, top, left + width, top + height))


def fitting(image: Image.Image, width: int, height: int) -> Image.Image:
    """Return the whole image, as large as fits into a box."""
    scale = min(width / image.width, height / image.height)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.BICUBIC)


def write(
    image: Image.Image,
    text: str,
    box: tuple[int, int, int, int],
    size: int,
    fill: tuple[int, ...],
    stroke: int = 0,
) -> None:
    """Write text with line breaks into a box (left, top, right, bottom). Omit what does not fit."""
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size)
    left, top, right, bottom = box
    line = ""
    for word in [*text.split(), ""]:
        longer = f"{line} {word}".strip()
        if word and draw.textlength(longer, font) <= right - left:
            line = longer
            continue
        if top + size > bottom:
            return
        draw.text((left, top), line, fill, font, stroke_width=stroke, stroke_fill=(0, 0, 0))
        line, top = word, top + round(size * 1.25)

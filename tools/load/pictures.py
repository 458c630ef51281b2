"""What is uploaded: photographs that pass, and between them altered copies of one that was judged."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass

from infra.demo.photos import ALTERATIONS, REPORTED_PHOTO, ImageFile, encode_jpeg, load_photo
from tests.journeys.sample_images import drawn
from tests.shared_data import SHARED

EVERY = 5
"""One upload of so many is a copy."""
_DRAWN = 300


@dataclass(frozen=True, slots=True)
class Picture:
    """copy: how the judged picture was altered; None for one that has nothing to do with it."""

    file: ImageFile
    copy: str | None = None


def judged() -> ImageFile:
    return encode_jpeg(load_photo(REPORTED_PHOTO))


def innocent() -> tuple[str, list[ImageFile]]:
    """The photographs of the shared test data, or drawn pictures where it is absent; and which of them."""
    photos = sorted((SHARED / "photos").glob("*.jpg"))
    if photos:
        files = [ImageFile(one.read_bytes(), "image/jpeg") for one in photos]
        return f"{len(files)} photographs, 481 x 321 (../shared/data/photos)", files
    files = [encode_jpeg(drawn(number).resize((480, 360))) for number in range(2_000_000, 2_000_000 + _DRAWN)]
    return f"{len(files)} drawn pictures, 480 x 360", files


def pictures(files: list[ImageFile], seed: int) -> Iterator[Picture]:
    """Without end: the files in an order that the seed decides, every fifth upload a copy."""
    order = random.Random(seed).sample(files, len(files))
    others = itertools.cycle(order)
    photo = load_photo(REPORTED_PHOTO)
    copies = itertools.cycle([Picture(alter(photo), name) for name, alter in ALTERATIONS.items()])
    for number in itertools.count(1):
        yield next(copies) if number % EVERY == 0 else Picture(next(others))

"""The uploads of the load test: unrelated images, and altered copies of a confirmed one."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass

from infra.demo.photos import ALTERATIONS, REPORTED_PHOTO, ImageFile, encode_jpeg, load_photo
from tests.journeys.sample_images import drawn
from tools.photographs import photograph_file, photograph_names, photographs_description

EVERY = 5
"""Every fifth upload is a copy."""
_DRAWN = 300


@dataclass(frozen=True, slots=True)
class Picture:
    """copy: the alteration of the reference, or None for an unrelated image."""

    file: ImageFile
    copy: str | None = None


def judged() -> ImageFile:
    return encode_jpeg(load_photo(REPORTED_PHOTO))


def innocent() -> tuple[str, list[ImageFile]]:
    """Return a description, and the JPEG files of the folder PHOTOGRAPHS, or drawn pictures without it."""
    if os.environ.get("PHOTOGRAPHS"):
        names = [name for name in photograph_names() if name.lower().endswith((".jpg", ".jpeg"))]
        return (
            photographs_description(),
            [ImageFile(photograph_file(name), "image/jpeg") for name in names],
        )
    files = [encode_jpeg(drawn(number).resize((480, 360))) for number in range(2_000_000, 2_000_000 + _DRAWN)]
    return f"{len(files)} drawn images, 480 x 360 pixels", files


def pictures(files: list[ImageFile], seed: int) -> Iterator[Picture]:
    """Yield uploads without end: the files in a random order by the seed, and every fifth time a copy."""
    order = random.Random(seed).sample(files, len(files))
    others = itertools.cycle(order)
    photo = load_photo(REPORTED_PHOTO)
    copies = itertools.cycle([Picture(alter(photo), name) for name, alter in ALTERATIONS.items()])
    for number in itertools.count(1):
        yield next(copies) if number % EVERY == 0 else Picture(next(others))

"""Bytes to the luma of every picture in them, or one kind of error."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from staydown.imaging.colour_metadata import colour_interpretations
from staydown.imaging.containers import Container, open_container
from staydown.imaging.decoder_errors import reject_on_decoder_error
from staydown.imaging.formats import ImageFormat, identify, is_truncated
from staydown.imaging.frame_sampling import sample_frames
from staydown.imaging.icc import ColourInterpretation
from staydown.imaging.limits import ImageRejected, Limits
from staydown.imaging.luma import Plane, luma_planes, visibly_differ

WORKING_SIDE = 480
"""The shorter side of a plane, at least, unless the picture has less; less than twice that. A hash needs
some 128; what is above lets a part of the picture be hashed as well."""
MAX_PLANE_SIDE = 2_048
"""The longer side of a plane, at most. A picture longer than that is reduced more in that direction
alone: hashing squeezes every picture into a square anyway."""


_MAX_CONVERTED_PIXELS = 8_000_000
"""Pixels of one file whose colours are converted, as far as that leaves one in each block."""
_MAX_VARIANTS = 16
"""To see one picture: five by its colours, each on white, on black, and without its transparency. Of an
animation's pictures there may be three each: a record has to hold the hashes of all."""
_COLOURS_AS_STORED = "colours as stored"


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a file. number: from 1, its place in the file. variant: "" for what a person sees,
    otherwise how else it may be seen (`luma.luma_planes`). luma: upright, at working size, float32.
    factor: how many columns and rows of the full-size picture each of its values stands for."""

    number: int
    variant: str
    luma: Plane
    factor: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A decoded file. frames: the pictures looked at, at least one, the one that viewers show first.
    media_type: of the bytes as found. width, height: of the first picture, upright, in pixels at full
    size. held: how many pictures the file holds, looked at or not."""

    frames: tuple[Frame, ...]
    media_type: str
    width: int
    height: int
    frame_count: int


def decode(data: bytes, limits: Limits) -> Picture:
    """Decode a file. Raises ImageRejected, and nothing else whatever the bytes are.

    Animations, TIFFs of several pages, MPOs and HEIFs of several pictures: all of them are frames, up to
    limits.max_frames; of more, that many of them (`sampling`). A file cut short is rejected, never guessed
    at.
    """
    image_format = _identify(data, limits)
    with reject_on_decoder_error(lambda: is_truncated(data, image_format)):
        return _decode(data, image_format, limits)


def working_factor(width: int, height: int) -> int:
    """By how much (a whole number, in both directions) a picture is reduced before it is looked at."""
    return max(1, min(width, height) // WORKING_SIDE)


def _identify(data: bytes, limits: Limits) -> ImageFormat:
    if len(data) > limits.max_bytes:
        raise ImageRejected("too_many_bytes", f"{len(data)} bytes")
    return identify(data)


def _decode(data: bytes, image_format: ImageFormat, limits: Limits) -> Picture:
    container = open_container(data, image_format, limits, working_factor)
    claims = colour_interpretations(data, image_format, container.info)
    seed = zlib.crc32(data) if len(claims) > 1 else 0
    width, height = container.width, container.height
    frames: list[Frame] = []
    indices = _frames_to_decode(container, limits, data)
    most = _MAX_CONVERTED_PIXELS // max(1, len(indices) * (len(claims) - 1))
    for index in indices:
        loaded = container.load(index, reduced=claims == (None,))
        if index == 0 and loaded.orientation >= 5:
            width, height = height, width
        reduction = _reduction(*loaded.image.size)
        columns, rows = reduction[0] * loaded.scale, reduction[1] * loaded.scale
        factor = (columns, rows) if loaded.orientation < 5 else (rows, columns)
        turn = _UPRIGHT[loaded.orientation]
        for variant, plane in _planes(loaded.image, claims, reduction, seed, most).items():
            frames.append(Frame(index + 1, variant, turn(plane), factor))
        if len(frames) > max(_MAX_VARIANTS, 3 * limits.max_frames):
            raise ImageRejected("too_many_frames", f"more than {len(frames)} ways to see the file")
    return Picture(tuple(frames), image_format.media_type, width, height, container.frame_count)


def _frames_to_decode(container: Container, limits: Limits, data: bytes) -> list[int]:
    if container.frame_count <= limits.max_frames or limits.max_frames == 1:
        return list(range(min(container.frame_count, limits.max_frames)))
    # How long each is shown, decoders say only as they go through them.
    times = [container.load(index, reduced=True).duration for index in range(container.frame_count)]
    return sample_frames(times, limits.max_frames, data)


def _planes(
    image: Image.Image,
    interpretations: Sequence[ColourInterpretation | None],
    reduction: tuple[int, int],
    seed: int,
    max_pixels: int,
) -> dict[str, Plane]:
    """Each way to see the picture, what browsers show first. As stored, it is always among them."""
    if len(interpretations) == 1:
        return luma_planes(image, reduction)
    planes: dict[str, Plane] = {}
    for number, claim in enumerate(interpretations):
        if claim is None:
            found = luma_planes(image, reduction)
        else:
            from staydown.imaging.colour_rendering import render_planes  # noqa: PLC0415 - few files need it

            found = render_planes(image, claim, reduction, seed, max_pixels)
        named = _COLOURS_AS_STORED if claim is None else f"colours {number + 1}"
        for variant, plane in found.items():
            if not planes:
                planes[variant] = plane
            elif all(visibly_differ(plane, known) for known in planes.values()):
                planes[", ".join(word for word in (named, variant) if word)] = plane
    return planes


def _reduction(width: int, height: int) -> tuple[int, int]:
    factor = working_factor(width, height)
    return max(factor, -(-width // MAX_PLANE_SIDE)), max(factor, -(-height // MAX_PLANE_SIDE))


_UPRIGHT: dict[int, Callable[[Plane], Plane]] = {
    1: lambda plane: plane,
    2: np.fliplr,
    3: lambda plane: np.rot90(plane, 2),
    4: np.flipud,
    5: np.transpose,
    6: lambda plane: np.rot90(plane, -1),
    7: lambda plane: np.rot90(plane, 2).T,
    8: np.rot90,
}
"""What makes a picture upright, by its EXIF orientation (CIPA DC-008, 4.6.4 A)."""

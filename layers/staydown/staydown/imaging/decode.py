"""Decode a file into the luma planes of its frames."""

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
"""The shorter side of a plane in pixels: from this to twice this, or less for a smaller image. A hash needs
about 128; more allows parts of the image to be hashed."""
MAX_PLANE_SIDE = 2_048
"""The longer side of a plane in pixels, at most. A longer image is reduced more in that direction only, since
hashing resizes every image to a square."""

_MAX_CONVERTED_PIXELS = 8_000_000
"""Pixels of one file whose colours are converted. At least one of each block is converted in any case."""
_MAX_VARIANTS = 16
"""Variants of one frame: five colour interpretations, each on white, on black and without transparency. An
animation may have three for each frame, since one record holds the hashes of all."""
_COLOURS_AS_STORED = "colours as stored"


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One frame of a file, in one variant."""

    number: int
    """Position in the file, from 1."""
    variant: str
    """"" as browsers display it; otherwise another way to display it, such as "over black"
    (`luma.luma_planes`)."""
    luma: Plane
    """Upright, at working size."""
    factor: tuple[int, int]
    """Columns and rows of the full-size image for each value of `luma`."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A decoded file."""

    frames: tuple[Frame, ...]
    """The decoded frames in all variants, at least one; the first is the one that viewers display."""
    media_type: str
    """The detected type, as in HTTP."""
    width: int
    """The width of the first frame, upright and at full size, in pixels."""
    height: int
    """The height of the first frame, upright and at full size, in pixels."""
    frame_count: int
    """All frames of the file, decoded or not."""


def decode(data: bytes, limits: Limits) -> Picture:
    """Decode a file. Raises ImageRejected, and nothing else whatever the bytes are.

    The frames of an animation, the pages of a TIFF and the images of an MPO or HEIF are all frames. If there
    are more than `limits.max_frames`, that many are sampled. A truncated file is rejected.
    """
    image_format = _identify(data, limits)
    with reject_on_decoder_error(lambda: is_truncated(data, image_format)):
        return _decode(data, image_format, limits)


def working_factor(width: int, height: int) -> int:
    """Return the whole factor by which an image of that size in pixels is reduced in both directions."""
    return max(1, min(width, height) // WORKING_SIDE)


def _identify(data: bytes, limits: Limits) -> ImageFormat:
    if len(data) > limits.max_bytes:
        raise ImageRejected("too_many_bytes", f"{len(data)} bytes")
    return identify(data)


def _decode(data: bytes, image_format: ImageFormat, limits: Limits) -> Picture:
    container = open_container(data, image_format, limits, working_factor)
    interpretations = colour_interpretations(data, image_format, container.info)
    seed = zlib.crc32(data) if len(interpretations) > 1 else 0
    width, height = container.width, container.height
    frames: list[Frame] = []
    indices = _frames_to_decode(container, limits, data)
    max_pixels = _MAX_CONVERTED_PIXELS // max(1, len(indices) * (len(interpretations) - 1))
    for index in indices:
        loaded = container.load(index, reduced=interpretations == (None,))
        if index == 0 and loaded.orientation >= 5:
            width, height = height, width
        reduction = _reduction(*loaded.image.size)
        columns, rows = reduction[0] * loaded.scale, reduction[1] * loaded.scale
        factor = (columns, rows) if loaded.orientation < 5 else (rows, columns)
        to_upright = _UPRIGHT[loaded.orientation]
        planes = _planes(loaded.image, interpretations, reduction, seed, max_pixels)
        for variant, plane in planes.items():
            frames.append(Frame(index + 1, variant, to_upright(plane), factor))
        if len(frames) > max(_MAX_VARIANTS, 3 * limits.max_frames):
            raise ImageRejected("too_many_frames", f"{len(frames)} variants of the file's frames")
    return Picture(tuple(frames), image_format.media_type, width, height, container.frame_count)


def _frames_to_decode(container: Container, limits: Limits, data: bytes) -> list[int]:
    if container.frame_count <= limits.max_frames or limits.max_frames == 1:
        return list(range(min(container.frame_count, limits.max_frames)))
    # Decoders know the duration of a frame only after loading it.
    durations = [container.load(index, reduced=True).duration for index in range(container.frame_count)]
    return sample_frames(durations, limits.max_frames, data)


def _planes(
    image: Image.Image,
    interpretations: Sequence[ColourInterpretation | None],
    reduction: tuple[int, int],
    seed: int,
    max_pixels: int,
) -> dict[str, Plane]:
    """Return the distinct variants of a frame by name: first what browsers display, always the stored
    values."""
    if len(interpretations) == 1:
        return luma_planes(image, reduction)
    planes: dict[str, Plane] = {}
    for number, interpretation in enumerate(interpretations):
        if interpretation is None:
            found = luma_planes(image, reduction)
        else:
            from staydown.imaging.colour_rendering import render_planes  # noqa: PLC0415 - few files need it

            found = render_planes(image, interpretation, reduction, seed, max_pixels)
        name = _COLOURS_AS_STORED if interpretation is None else f"colours {number + 1}"
        for variant, plane in found.items():
            if not planes:
                planes[variant] = plane
            elif all(visibly_differ(plane, known) for known in planes.values()):
                planes[", ".join(word for word in (name, variant) if word)] = plane
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
"""The transformation to the upright image, by EXIF orientation (CIPA DC-008, 4.6.4 A)."""

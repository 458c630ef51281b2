"""Open a file and load its frames. Every size is checked before anything is decoded."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Protocol

from PIL import ExifTags, Image, ImageFile, MpoImagePlugin

from staydown.imaging.decode_cost import jpeg_segments, require_affordable, require_affordable_scans
from staydown.imaging.decoder_errors import DECODER_ERRORS
from staydown.imaging.formats import GIF, JPEG, TIFF, ImageFormat
from staydown.imaging.gif import gif_layout
from staydown.imaging.limits import ImageRejected, Limits

_MAX_MPO_PICTURES = 100
"""Each has a header to read. A stereo pair has two pictures, a panorama some dozens."""


@dataclass(frozen=True, slots=True)
class LoadedFrame:
    """One decoded frame, not yet upright."""

    image: Image.Image
    """Valid until the next frame of the same file is loaded."""
    orientation: int
    """The EXIF orientation, 1 to 8."""
    scale: int = 1
    """Pixels of the stored frame for one pixel of `image`, in both directions."""
    duration: float | None = None
    """How long an animation displays it, in milliseconds; None if unknown."""


class FrameLoader(Protocol):
    """Decodes the frames of an open file."""

    def __call__(self, index: int, *, reduced: bool) -> LoadedFrame:
        """Decode a frame; fastest in ascending order. Raises ImageRejected or any of DECODER_ERRORS.

        index: 0 to frame_count - 1. reduced: allow a JPEG to be decoded at reduced scale and as luma only.
        """


@dataclass(frozen=True, slots=True)
class Container:
    """An open file."""

    width: int
    """The width of the first frame as stored, in pixels."""
    height: int
    """The height of the first frame as stored, in pixels."""
    frame_count: int
    info: Mapping[Any, Any]
    """Metadata that the decoder has read from the header."""
    load: FrameLoader


def open_container(
    data: bytes, image_format: ImageFormat, limits: Limits, shrink: Callable[[int, int], int]
) -> Container:
    """Open a file of a known format, and check its declared sizes against the limits.

    shrink: from the width and height of a frame to the whole factor by which it will be reduced; a JPEG is
    decoded at reduced scale. Raises ImageRejected or any of DECODER_ERRORS.
    """
    if image_format.plugin is None:
        return _open_heif(data, limits)
    # Image.open would otherwise import all plugins.
    importlib.import_module(f"PIL.{image_format.plugin}")
    if image_format is GIF:
        layout = gif_layout(data, limits)
        _check_size(layout.width, layout.height, layout.frames, limits)
    require_affordable(data, image_format)
    image = Image.open(BytesIO(data), formats=image_format.names)
    width, height = image.size
    _check_size(width, height, 1, limits)
    if image_format is TIFF:
        indices = _frames_with_own_sizes(image, limits, range(1, limits.max_frames_held + 1))
    elif isinstance(image, MpoImagePlugin.MpoImageFile):
        indices = _frames_with_own_sizes(image, limits, _mpo_pictures(image, data))
    else:
        frames = layout.frames if image_format is GIF else getattr(image, "n_frames", 1)
        _check_size(width, height, frames, limits)
        indices = list(range(frames))

    def load(index: int, *, reduced: bool) -> LoadedFrame:
        # Reset, or a later picture of an MPO would be decoded at the scale of the first one.
        image.decoderconfig = ()
        image.seek(indices[index])
        _check_size(*image.size, 1, limits)
        if "progressive" in image.info:
            require_affordable_scans(data, image.width * image.height)
        scale = 1
        if image_format is JPEG and reduced:
            full, factor = image.width, shrink(*image.size)
            # The luma that a JPEG stores is enough: converting to RGB and back would only cost time.
            image.draft("L" if factor > 1 else None, (image.width // factor, image.height // factor))
            scale = round(full / image.width)
        image.load()
        return LoadedFrame(image, _orientation(image), scale, image.info.get("duration"))

    return Container(width, height, len(indices), image.info, load)


def _open_heif(data: bytes, limits: Limits) -> Container:
    """Open a HEIC or HEIF file. libheif turns pictures upright; the picture that viewers show comes first.

    Raise ImageRejected: unsupported_format where pillow-heif is not installed (a build without HEIC).
    """
    try:
        from pillow_heif import open_heif  # noqa: PLC0415 - 15 MB that few cold starts need
    except ModuleNotFoundError:
        raise ImageRejected("unsupported_format", "this build has no decoder for HEIC and HEIF") from None

    file = open_heif(BytesIO(data))
    if not len(file):
        raise ImageRejected("damaged", "the file has no picture")
    order = sorted(range(len(file)), key=lambda index: index != file.primary_index)
    _check_total(len(order), sum(width * height for width, height in (image.size for image in file)), limits)
    width, height = file[order[0]].size
    _check_size(width, height, 1, limits)

    def load(index: int, *, reduced: bool) -> LoadedFrame:
        return LoadedFrame(file[order[index]].to_pillow(), 1)

    return Container(width, height, len(order), file[order[0]].info, load)


def _frames_with_own_sizes(
    image: ImageFile.ImageFile, limits: Limits, further_indices: Iterable[int]
) -> list[int]:
    """Return the indices of the frames of a file in which each frame has its own size.

    The sizes are checked by the headers of the frames. Frames that are too small are skipped.
    """
    indices, pixels = [0], image.width * image.height
    for index in further_indices:
        try:
            image.seek(index)
        except EOFError:
            break
        if min(image.size) < limits.min_side:
            continue
        indices.append(index)
        pixels += image.width * image.height
        _check_total(len(indices), pixels, limits)
    image.seek(0)
    return indices


def _mpo_pictures(image: MpoImagePlugin.MpoImageFile, data: bytes) -> list[int]:
    """Return the indices of the further pictures that an MPO contains.

    Some editors remove the pictures but leave the table of them; viewers do not display missing ones. Offsets
    count from the start of the table (CIPA DC-007, 5.2.3.3).
    """
    entries = image.mpinfo[0xB002] if image.mpinfo else []
    if len(entries) > _MAX_MPO_PICTURES:
        raise ImageRejected("too_many_frames", f"{len(entries)} pictures")
    tables = [
        start
        for marker, start in jpeg_segments(data, 0)
        if marker == 0xE2 and data.startswith(b"MPF\0", start)
    ]
    pictures = []
    for index, entry in enumerate(entries[1:], 1):
        start = tables[-1] + 4 + entry["DataOffset"]
        if data[start : start + 3] == b"\xff\xd8\xff":
            jpeg_segments(data, start)
            pictures.append(index)
    return pictures


def _check_total(pictures: int, pixels: int, limits: Limits) -> None:
    if pictures > limits.max_frames_held:
        raise ImageRejected("too_many_frames", f"more than {limits.max_frames_held} pictures")
    if pixels > limits.max_pixels:
        raise ImageRejected("too_many_pixels", f"{pictures} pictures with {pixels} pixels in total")


def _check_size(width: int, height: int, frames: int, limits: Limits) -> None:
    if frames > limits.max_frames_held:
        raise ImageRejected("too_many_frames", f"{frames} frames")
    if width * height * frames > limits.max_pixels:
        raise ImageRejected("too_many_pixels", f"{frames} x {width} x {height} pixels")
    if min(width, height) < limits.min_side:
        raise ImageRejected("too_small", f"{width} x {height} pixels")


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; 1 if it is missing or invalid.

    As in browsers, XMP is ignored, which Pillow's `getexif` would also read.
    """
    raw = image.info.get("exif")
    if not isinstance(raw, bytes):
        return 1
    exif = Image.Exif()
    try:
        exif.load(raw)
        value = exif.get(ExifTags.Base.Orientation)
    except DECODER_ERRORS:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1

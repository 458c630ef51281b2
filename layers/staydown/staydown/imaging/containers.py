"""Opening a file and getting at each picture in it, with every size checked before anything is decoded."""

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
"""Each has a header of its own to go through; a stereo pair is two, a panorama some dozens."""


@dataclass(frozen=True, slots=True)
class LoadedFrame:
    """One decoded picture, as it is stored. orientation: the EXIF value, 1 to 8, that makes it upright.
    scale: how many pixels of the stored picture one of the image stands for, in both directions. shown: for
    how many milliseconds an animation shows it, None where nothing says so.

    The image is only good until the next picture of the same file is loaded.
    """

    image: Image.Image
    orientation: int
    scale: int = 1
    duration: float | None = None


class FrameLoader(Protocol):
    def __call__(self, index: int, *, reduced: bool) -> LoadedFrame:
        """Decode the picture with that index, 0 to held - 1; fastest in rising order. reduced: a JPEG may be
        decoded at a reduced scale, and its own luma alone. Raises any of DECODER_ERRORS."""


@dataclass(frozen=True, slots=True)
class Container:
    """An open file. width, height: of its first picture as stored, pixels. held: how many pictures it
    holds. info: what the decoder knows of it before any is decoded."""

    width: int
    height: int
    frame_count: int
    info: Mapping[Any, Any]
    load: FrameLoader


def open_container(
    data: bytes, image_format: ImageFormat, limits: Limits, shrink: Callable[[int, int], int]
) -> Container:
    """Open a file of a known format and check what it declares against the limits.

    shrink: from a width and height to the whole factor by which that picture will be reduced; a JPEG is
    decoded at a reduced scale right away. Raises ImageRejected or any of DECODER_ERRORS.
    """
    if image_format.plugin is None:
        return _open_heif(data, limits)
    # Image.open would import every plugin there is before it gave up; here only the one is imported.
    importlib.import_module(f"PIL.{image_format.plugin}")
    if image_format is GIF:
        layout = gif_layout(data, limits)
        _check_size(layout.width, layout.height, layout.frames, limits)
    require_affordable(data, image_format)
    image = Image.open(BytesIO(data), formats=image_format.names)
    width, height = image.size
    _check_size(width, height, 1, limits)
    if image_format is TIFF:
        held = _own_sizes(image, limits, range(1, limits.max_frames_held + 1))
    elif isinstance(image, MpoImagePlugin.MpoImageFile):
        held = _own_sizes(image, limits, _mpo_pictures(image, data))
    else:
        frames = layout.frames if image_format is GIF else getattr(image, "n_frames", 1)
        _check_size(width, height, frames, limits)
        held = list(range(frames))

    def load(index: int, *, reduced: bool) -> LoadedFrame:
        # Without this, a later picture of an MPO would be decoded at the scale of the first.
        image.decoderconfig = ()
        image.seek(held[index])
        _check_size(*image.size, 1, limits)
        if "progressive" in image.info:
            require_affordable_scans(data, image.width * image.height)
        scale = 1
        if image_format is JPEG and reduced:
            full, factor = image.width, shrink(*image.size)
            # Reduced, its own luma will do: the colours need not be made, and to be weighed again.
            image.draft("L" if factor > 1 else None, (image.width // factor, image.height // factor))
            scale = round(full / image.width)
        image.load()
        return LoadedFrame(image, _orientation(image), scale, image.info.get("duration"))

    return Container(width, height, len(held), image.info, load)


def _open_heif(data: bytes, limits: Limits) -> Container:
    """libheif turns pictures upright by itself; the picture that a viewer shows comes first."""
    from pillow_heif import open_heif  # noqa: PLC0415 - 15 MB that few cold starts need

    file = open_heif(BytesIO(data))
    if not len(file):
        raise ImageRejected("damaged", "the file holds no picture")
    order = sorted(range(len(file)), key=lambda index: index != file.primary_index)
    _check_total(len(order), sum(width * height for width, height in (image.size for image in file)), limits)
    width, height = file[order[0]].size
    _check_size(width, height, 1, limits)

    def load(index: int, *, reduced: bool) -> LoadedFrame:
        return LoadedFrame(file[order[index]].to_pillow(), 1)

    return Container(width, height, len(order), file[order[0]].info, load)


def _own_sizes(image: ImageFile.ImageFile, limits: Limits, further: Iterable[int]) -> list[int]:
    """The pictures of a file in which each has its own size, checked by their headers.

    Too small ones are passed over: there is nothing in them to recognise.
    """
    held, pixels = [0], image.width * image.height
    for index in further:
        try:
            image.seek(index)
        except EOFError:
            break
        if min(image.size) < limits.min_side:
            continue
        held.append(index)
        pixels += image.width * image.height
        _check_total(len(held), pixels, limits)
    image.seek(0)
    return held


def _mpo_pictures(image: MpoImagePlugin.MpoImageFile, data: bytes) -> list[int]:
    """The further pictures of an MPO that are there at all.

    Editors leave the table of a file's pictures behind when they drop the pictures; what isn't there no
    viewer shows. (Offsets count from the table's own start: CIPA DC-007, 5.2.3.3.)
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
        raise ImageRejected("too_many_pixels", f"{pictures} pictures of {pixels} pixels in all")


def _check_size(width: int, height: int, frames: int, limits: Limits) -> None:
    if frames > limits.max_frames_held:
        raise ImageRejected("too_many_frames", f"{frames} frames")
    if width * height * frames > limits.max_pixels:
        raise ImageRejected("too_many_pixels", f"{frames} x {width} x {height} pixels")
    if min(width, height) < limits.min_side:
        raise ImageRejected("too_small", f"{width} x {height} pixels")


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 where there is none that makes sense.

    Only EXIF is asked, as browsers do (Pillow's getexif would also take XMP's word).
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

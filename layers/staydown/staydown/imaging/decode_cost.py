"""Reject files that are made to keep a decoder busy.

The limits on bytes and pixels do not bound the work. Six million empty segments, tiles of one pixel or scans
of a few bytes fit into a small file, and cost Pillow up to a minute and 2 GB. So the parts of a file are
counted before it is decoded. The limits are far above those of real files, and leave Pillow about a second.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from staydown.imaging.formats import BMP, JPEG, PNG, TIFF, ImageFormat
from staydown.imaging.limits import ImageRejected

_MAX_SEGMENTS = 20_000
"""Steps through the header of one JPEG: segments and stray bytes between them."""
_MAX_CHUNKS = 100_000
"""Chunks of a PNG; 25 MB in chunks of the usual 8 KB have 3,000."""
_MAX_TILES = 200_000
"""Strips or tiles of all pages of a TIFF; 100 megapixels in strips of one row have 10,000."""
_MAX_FIELDS = 200_000
"""Fields in all directories of a TIFF, which may overlap; a page has about twenty."""
_MAX_SCANNED = 5_000_000_000
"""Scans x pixels of a progressive JPEG: 400 scans of 12 megapixels; ten are usual."""
_MAX_RUN_LENGTH_BYTES, _MAX_RUN_LENGTH_PIXELS = 4_000_000, 10_000_000
"""Limits for a run-length encoded BMP, which Pillow decodes in Python."""


def require_affordable(data: bytes, image_format: ImageFormat) -> None:
    """Raise ImageRejected if a file has far more parts than real files have."""
    if image_format is JPEG:
        jpeg_segments(data, 0)
    elif image_format is PNG:
        _count_chunks(data)
    elif image_format is TIFF:
        _count_tiles(data)
    elif image_format is BMP:
        _check_run_lengths(data)


def require_affordable_scans(data: bytes, pixels: int) -> None:
    """Raise ImageRejected if a progressive JPEG of that many pixels has too many scans.

    Each scan costs a pass over the whole image.
    """
    if data.count(b"\xff\xda") * pixels > _MAX_SCANNED:
        raise ImageRejected("damaged", "too many scans in the JPEG")


def jpeg_segments(data: bytes, at: int) -> list[tuple[int, int]]:
    """Return (marker, offset of the payload) of each segment of the JPEG that starts at offset `at`.

    Ends at the first scan. As in Pillow, bytes that are no marker are skipped one by one. Raises
    ImageRejected.
    """
    found: list[tuple[int, int]] = []
    at += 2
    for _ in range(_MAX_SEGMENTS):
        if at + 4 > len(data):
            return found
        marker = data[at + 1]
        if data[at] != 0xFF or marker in {0x00, 0xFF}:
            at += 1
        elif 0xD0 <= marker <= 0xD9 or marker == 0x01:  # these have no payload
            at += 2
        else:
            found.append((marker, at + 4))
            if marker == 0xDA:
                return found
            at += 2 + max(2, data[at + 2] << 8 | data[at + 3])
    raise ImageRejected("damaged", "too many segments in the JPEG header")


def _count_chunks(data: bytes) -> None:
    at = 8
    for _ in range(_MAX_CHUNKS):
        if at + 12 > len(data):
            return
        at += 12 + int.from_bytes(data[at : at + 4])
    raise ImageRejected("damaged", "too many chunks in the PNG")


def _count_tiles(data: bytes) -> None:
    tiles = 0
    for tag, count in _tiff_counts(data):
        if tag in {273, 324}:  # StripOffsets, TileOffsets
            tiles += count
        if tiles > _MAX_TILES:
            raise ImageRejected("damaged", "too many strips or tiles in the TIFF")


def _tiff_counts(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield tag and number of values of every field in every directory of a TIFF or BigTIFF.

    Directories may share bytes, so without the limit a small file has any number of fields.
    """
    order = "<" if data[:2] == b"II" else ">"
    if 43 in data[2:4]:
        offset, head, entry, last = "Q", "Q", "HHQ", 20
    else:
        offset, head, entry, last = "L", "H", "HHL", 12
    at = struct.unpack_from(order + offset, data, 8 if offset == "Q" else 4)[0]
    seen: set[int] = set()
    read = 0
    while at and at not in seen and at < len(data):
        seen.add(at)
        (fields,) = struct.unpack_from(order + head, data, at)
        at += struct.calcsize(order + head)
        fields = min(fields, (len(data) - at) // last)
        read += fields
        if read > _MAX_FIELDS:
            raise ImageRejected("damaged", "too many fields in the TIFF")
        for _ in range(fields):
            tag, _, count = struct.unpack_from(order + entry, data, at)
            yield tag, count
            at += last
        (at,) = struct.unpack_from(order + offset, data, at)


def _check_run_lengths(data: bytes) -> None:
    if len(data) < 34:
        raise ImageRejected("truncated", "the BMP ends inside its header")
    header, width, height, _, _, compression = struct.unpack_from("<IiiHHI", data, 14)
    if header < 40 or compression not in {1, 2}:  # the oldest header is shorter and has no compression
        return
    if len(data) > _MAX_RUN_LENGTH_BYTES or abs(width * height) > _MAX_RUN_LENGTH_PIXELS:
        raise ImageRejected("too_many_pixels", "too large for run-length encoding")

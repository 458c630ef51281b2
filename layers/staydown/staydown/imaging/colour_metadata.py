"""Read the colour metadata of a file.

The decoders ignore it, but browsers apply it, and may display a picture that no hash of the stored values
matches. If a file has several kinds of colour metadata, programs differ in which one they apply, so all are
returned.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from staydown.imaging.colour_spaces import SRGB_PRIMARIES, even_steps, primaries_from_chromaticities
from staydown.imaging.decode_cost import jpeg_segments
from staydown.imaging.formats import AVIF, BMP, HEIC, HEIF, JPEG, PNG, ImageFormat
from staydown.imaging.icc import (
    MAX_PROFILE_BYTES,
    ColourInterpretation,
    interpretation_from_code,
    interpretation_from_curve,
    profile_interpretations,
)
from staydown.imaging.limits import ImageRejected

_MAX_INTERPRETATIONS = 5
"""Interpretations of one file, the stored values included. A printing profile has this many."""
_CODE_BOX = re.compile(rb"colrnclx.(.).(.)", re.DOTALL)
_BMP_HEADER = 124
_HIGH_RANGE = (16, 18)


def colour_interpretations(
    data: bytes, image_format: ImageFormat, info: Mapping[Any, Any]
) -> tuple[ColourInterpretation | None, ...]:
    """Return the distinct interpretations of the stored values, the one that browsers apply first.

    None means the stored values as sRGB, and is always included. info: the metadata of Pillow or pillow-heif.
    Raises ImageRejected if there are more than five, or if a profile is too large.
    """
    found = tuple(dict.fromkeys([*_interpretations(data, image_format, info), None]))
    if len(found) > _MAX_INTERPRETATIONS:
        raise ImageRejected("damaged", f"{len(found)} colour interpretations")
    return found


def _interpretations(
    data: bytes, image_format: ImageFormat, info: Mapping[Any, Any]
) -> Iterator[ColourInterpretation | None]:
    if image_format is PNG:
        yield from _from_png(data)
    elif image_format is JPEG:
        yield from _from_jpeg(data)
    elif image_format is BMP:
        yield from profile_interpretations(_bmp_profile(data))
    else:
        icc = info.get("icc_profile")
        yield from profile_interpretations(icc) if isinstance(icc, bytes) else ()
        if image_format in {AVIF, HEIC, HEIF}:
            yield from _from_boxes(data, image_format, has_profile=bool(icc))


def _from_boxes(
    data: bytes, image_format: ImageFormat, *, has_profile: bool
) -> Iterator[ColourInterpretation | None]:
    """Yield an interpretation for each pair of code points in the file.

    An AVIF without them may have code points in the headers of its pictures, which are not read here. So it
    is also interpreted as high dynamic range.
    """
    codes = set(_CODE_BOX.findall(data))
    for primaries, transfer in sorted(codes):
        yield interpretation_from_code(primaries[0], transfer[0])
    if image_format is AVIF and not codes and not has_profile:
        yield None
        yield from (interpretation_from_code(9, transfer) for transfer in _HIGH_RANGE)


def _from_jpeg(data: bytes) -> Iterator[ColourInterpretation | None]:
    """Yield the interpretations of the profile, with its parts by number and, if different, in file order.

    Browsers ignore a profile with missing parts or wrong numbers.
    """
    parts = []
    for marker, start in jpeg_segments(data, 0):
        if marker == 0xE2 and data.startswith(b"ICC_PROFILE\0", start):
            end = start - 2 + int.from_bytes(data[start - 2 : start])
            parts.append((*data[start + 12 : start + 14], data[start + 14 : end]))
    numbered = {number: body for number, _, body in reversed(parts)}
    counts = {count for _, count, _ in parts} - {0}
    whole = [numbered[number] for number in sorted(numbered)]
    if len(counts) != 1 or not set(range(1, 1 + min(counts))) <= numbered.keys() - {0}:
        yield None
    for icc in dict.fromkeys([b"".join(whole), b"".join(body for *_, body in parts)]):
        yield from profile_interpretations(icc)


def _bmp_profile(data: bytes) -> bytes:
    """Return the embedded profile of a BMP of version 5; empty if there is none."""
    header = data[14 : 14 + _BMP_HEADER]
    if (
        len(header) < _BMP_HEADER
        or header[:4] != _BMP_HEADER.to_bytes(4, "little")
        or header[56:60] != b"DEBM"
    ):
        return b""
    start, size = struct.unpack_from("<LL", header, 112)
    return data[14 + start : 14 + start + size]


def _from_png(data: bytes) -> Iterator[ColourInterpretation | None]:
    """Yield the interpretations of a PNG in the order in which browsers prefer them."""
    chunks: dict[bytes, bytes] = {}
    for name, body in _head_chunks(data):
        if chunks.setdefault(name, body) != body:
            raise ImageRejected("damaged", "the PNG has a colour chunk twice")
    if len(code := chunks.get(b"cICP", b"")) == 4:
        yield interpretation_from_code(code[0], code[1])
    if b"iCCP" in chunks:
        yield from profile_interpretations(_inflated(chunks[b"iCCP"]))
    if b"sRGB" in chunks:
        yield None
    yield _from_gamma(chunks.get(b"gAMA", b""), chunks.get(b"cHRM", b""))


def _head_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the colour chunks before the pixels; decoders ignore those after them."""
    at = 8
    while at + 12 <= len(data) and data[at + 4 : at + 8] != b"IDAT":
        (length,) = struct.unpack_from(">L", data, at)
        name = data[at + 4 : at + 8]
        if name in {b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM"}:
            yield name, data[at + 8 : at + 8 + length]
        at += 12 + length


def _inflated(chunk: bytes) -> bytes:
    """Return the profile of an iCCP chunk, at most MAX_PROFILE_BYTES + 1 bytes; empty if it is damaged."""
    decompressor = zlib.decompressobj()
    try:
        profile = decompressor.decompress(chunk[chunk.find(b"\0") + 2 :], MAX_PROFILE_BYTES + 1)
    except zlib.error:
        return b""
    return profile


@lru_cache(maxsize=64)
def _from_gamma(gamma: bytes, chromaticities: bytes) -> ColourInterpretation | None:
    """Return the interpretation of gAMA and cHRM; None if they are invalid, as browsers ignore them too."""
    power = int.from_bytes(gamma) / 100_000 if len(gamma) == 4 else 0.0
    if not power:
        return None
    try:
        values = [value / 100_000 for (value,) in struct.iter_unpack(">L", chromaticities)]
        primaries = primaries_from_chromaticities(tuple(values)) if chromaticities else SRGB_PRIMARIES
    except (ValueError, struct.error, np.linalg.LinAlgError):
        return None
    return interpretation_from_curve(even_steps() ** (1 / power), primaries)

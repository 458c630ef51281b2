"""What a file says that its values look like, wherever its format has it.

Decoders as ours pass it over; browsers go by it, and so may show a picture that no hash of the stored values
comes near. Where several are there, programs differ in which they take: all of them count.
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
"""Ways to see one file, as it is stored among them; the profile of a press has so many."""
_CODE_BOX = re.compile(rb"colrnclx.(.).(.)", re.DOTALL)
_BMP_HEADER = 124
_HIGH_RANGE = (16, 18)


def colour_interpretations(
    data: bytes, image_format: ImageFormat, info: Mapping[Any, Any]
) -> tuple[ColourInterpretation | None, ...]:
    """Each way to see the stored values, the one that browsers take first; None stands for as they are, and
    is among them always. info: what the decoder knows of the file. Raises ImageRejected where there are more
    of them than can be looked at, or a profile is too large."""
    found = tuple(dict.fromkeys([*_interpretations(data, image_format, info), None]))
    if len(found) > _MAX_INTERPRETATIONS:
        raise ImageRejected("damaged", f"{len(found)} ways to see the colours")
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
    """Each of the code points that are anywhere in the file. Where an AVIF has none, they may be in its
    pictures' own headers, which are not read here: it may be of high range, then."""
    codes = set(_CODE_BOX.findall(data))
    for primaries, transfer in sorted(codes):
        yield interpretation_from_code(primaries[0], transfer[0])
    if image_format is AVIF and not codes and not has_profile:
        yield None
        yield from (interpretation_from_code(9, transfer) for transfer in _HIGH_RANGE)


def _from_jpeg(data: bytes) -> Iterator[ColourInterpretation | None]:
    """The profile as its parts are numbered, and as they are in the file, where that differs. Browsers pass
    over one of which a part is missing, or that has no right numbers."""
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
    """That of a file of the fifth version, which alone may hold one; empty where there is none."""
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
    """In the order in which browsers prefer them."""
    chunks: dict[bytes, bytes] = {}
    for name, body in _head_chunks(data):
        if chunks.setdefault(name, body) != body:
            raise ImageRejected("damaged", "the PNG says twice how its colours look")
    if len(code := chunks.get(b"cICP", b"")) == 4:
        yield interpretation_from_code(code[0], code[1])
    if b"iCCP" in chunks:
        yield from profile_interpretations(_inflated(chunks[b"iCCP"]))
    if b"sRGB" in chunks:
        yield None
    yield _from_gamma(chunks.get(b"gAMA", b""), chunks.get(b"cHRM", b""))


def _head_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """What is said before the pixels; what comes after counts for nobody."""
    at = 8
    while at + 12 <= len(data) and data[at + 4 : at + 8] != b"IDAT":
        (length,) = struct.unpack_from(">L", data, at)
        name = data[at + 4 : at + 8]
        if name in {b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM"}:
            yield name, data[at + 8 : at + 8 + length]
        at += 12 + length


def _inflated(chunk: bytes) -> bytes:
    """The profile; as much of it as can be unpacked. Raises ImageRejected where that is too much."""
    decompressor = zlib.decompressobj()
    try:
        profile = decompressor.decompress(chunk[chunk.find(b"\0") + 2 :], MAX_PROFILE_BYTES + 1)
    except zlib.error:
        return b""
    return profile


@lru_cache(maxsize=64)
def _from_gamma(gamma: bytes, chromaticities: bytes) -> ColourInterpretation | None:
    """A gamma of 0, and colours that are none, mean nothing; browsers pass them over too."""
    power = int.from_bytes(gamma) / 100_000 if len(gamma) == 4 else 0.0
    if not power:
        return None
    try:
        values = [value / 100_000 for (value,) in struct.iter_unpack(">L", chromaticities)]
        primaries = primaries_from_chromaticities(tuple(values)) if chromaticities else SRGB_PRIMARIES
    except (ValueError, struct.error, np.linalg.LinAlgError):
        return None
    return interpretation_from_curve(even_steps() ** (1 / power), primaries)

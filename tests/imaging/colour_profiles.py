"""Files that browsers display as another picture than the stored values, by profiles, chunks or code points.

Profiles are written byte by byte without a library, so that they can be invalid on purpose. Sources:
ICC.1:2022 (profiles), the PNG specification (chunks), ISO/IEC 14496-12 (boxes).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.imaging.sample_images import encode, pixels, scene

Curve = NDArray[np.float64]
"""Light from 0 to 1 at even steps of the stored value."""

WHITE = (0.9642, 1.0, 0.8249)
SRGB = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
"""X, Y, Z of red, green and blue, adapted to D50."""


def to_linear(values: Curve) -> Curve:
    """Convert sRGB values, 0 to 1, to linear light."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


RAMP = np.linspace(0, 1, 256)
COMMON_CURVE = to_linear(RAMP)
LOW_BITS = to_linear((np.arange(256) & 15) / 15)
"""A curve that displays the lower four bits of each value and ignores the upper four."""


def interleave_bits(shown: Image.Image, hidden: Image.Image) -> Image.Image:
    """Return `shown` in the upper four bits of each value, and `hidden` in the lower four."""
    upper, lower = pixels(shown), pixels(hidden)
    return Image.fromarray(upper & 0xF0 | lower >> 4)


def interleave_channels(shown: Image.Image, hidden: Image.Image) -> Image.Image:
    """Return `shown` in red and green, and `hidden` in blue."""
    red_green, blue = (np.asarray(one.convert("L")) for one in (shown, hidden))
    return Image.fromarray(np.stack([red_green, red_green, blue], axis=2))


def _numbers(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def _xyz(values: Sequence[float]) -> bytes:
    return b"XYZ \0\0\0\0" + _numbers(*values)


def _curve(values: Curve) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">L", len(values)) + _words(values)


def _words(values: NDArray[np.float64]) -> bytes:
    return np.rint(np.clip(values, 0, 1) * 65535).astype(">u2").tobytes()


def profile(
    tags: Mapping[bytes, bytes], space: bytes = b"RGB ", pcs: bytes = b"XYZ ", version: int = 2
) -> bytes:
    """Return a display profile with these tags."""
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">L", 2) + b"x\0" + bytes(78),
        b"wtpt": _xyz(WHITE),
        **tags,
    }
    at = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">L", len(tags)), b""
    for name, content in tags.items():
        table += name + struct.pack(">LL", at + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    size = at + len(body)
    head = struct.pack(">L4sL4s4s4s", size, b"\0\0\0\0", version << 24, b"mntr", space, pcs)
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _numbers(*WHITE)
    return head + bytes(128 - len(head)) + table + body


def curve_profile(curve: Curve, primaries: Sequence[Sequence[float]] = SRGB) -> bytes:
    """Return a profile with three curves and a matrix."""
    tags = {name + b"XYZ": _xyz(one) for name, one in zip((b"r", b"g", b"b"), primaries, strict=True)}
    return profile(tags | {name + b"TRC": _curve(curve) for name in (b"r", b"g", b"b")})


def grey(curve: Curve) -> bytes:
    return profile({b"kTRC": _curve(curve)}, space=b"GRAY")


def table_profile(
    curves: Sequence[Curve], places: Sequence[Sequence[float]], space: bytes = b"RGB "
) -> bytes:
    """Return a profile with a table (lut16).

    curves: one for each channel. places: L*, a*, b*, 0 to 1, of each grid point, the last channel fastest.
    An RGB profile also has an ordinary matrix, which some browsers may apply instead.
    """
    channels = len(curves)
    grid = round(len(places) ** (1 / channels))
    body = b"mft2\0\0\0\0" + bytes([channels, 3, grid, 0]) + _numbers(1, 0, 0, 0, 1, 0, 0, 0, 1)
    body += struct.pack(">HH", len(curves[0]), 2) + b"".join(_words(one) for one in curves)
    body += _words(np.array(places).ravel()) + _words(np.array([0.0, 1.0] * 3))
    tags = {b"A2B0": body}
    if space == b"RGB ":
        tags |= {name + b"XYZ": _xyz(one) for name, one in zip((b"r", b"g", b"b"), SRGB, strict=True)}
        tags |= {name + b"TRC": _curve(COMMON_CURVE) for name in (b"r", b"g", b"b")}
    return profile(tags, space, b"Lab ")


def lightness(*values: float) -> list[tuple[float, float, float]]:
    """Return greys for the grid points of a table (lut16: L* up to 0xFF00, a* and b* around 0x8000)."""
    return [(value * 0xFF00 / 0xFFFF, 0x8000 / 0xFFFF, 0x8000 / 0xFFFF) for value in values]


# -- PNG ----------------------------------------------------------------------------------------------


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">L", len(body)) + name + body + struct.pack(">L", zlib.crc32(name + body))


def with_chunks(png: bytes, *chunks: bytes) -> bytes:
    """Insert chunks before the pixels."""
    return png[:33] + b"".join(chunks) + png[33:]


def iccp(icc: bytes) -> bytes:
    return chunk(b"iCCP", b"x\0\0" + zlib.compress(icc))


def gama(gamma: int) -> bytes:
    return chunk(b"gAMA", struct.pack(">L", gamma))


def chrm(*xy: float) -> bytes:
    """Return a chunk with x and y of white, red, green and blue."""
    return chunk(b"cHRM", b"".join(struct.pack(">L", round(value * 100_000)) for value in xy))


# -- JPEG ---------------------------------------------------------------------------------------------


def segments(icc: bytes, parts: Sequence[tuple[int, int, int, int]]) -> bytes:
    """Return the APP2 segments of a profile. parts: (number, count, start, end) of each."""
    found = b""
    for number, count, start, end in parts:
        body = b"ICC_PROFILE\0" + bytes([number, count]) + icc[start:end]
        found += b"\xff\xe2" + struct.pack(">H", len(body) + 2) + body
    return found


def with_segments(jpeg: bytes, *parts: bytes) -> bytes:
    return jpeg[:2] + b"".join(parts) + jpeg[2:]


def lossless(picture: Image.Image, image_format: str, icc: bytes | None = None) -> bytes:
    options: dict[str, dict[str, Any]] = {
        "WEBP": {"lossless": True, "exact": True},
        "AVIF": {"quality": 100, "subsampling": "4:4:4"},
    }
    return encode(picture, image_format, icc_profile=icc, **options.get(image_format, {}))


def bmp(picture: Image.Image, icc: bytes) -> bytes:
    """Return a BMP of version 5 with a profile after its pixels."""
    values = pixels(picture)[::-1, :, ::-1].tobytes()
    head = struct.pack("<LllHHLLllLL", 124, *picture.size, 1, 24, 0, len(values), 2835, 2835, 0, 0)
    head += bytes(16) + b"DEBM" + bytes(48) + struct.pack("<LLLL", 4, 124 + len(values), len(icc), 0)
    start = 14 + len(head)
    return b"BM" + struct.pack("<LHHL", start + len(values) + len(icc), 0, 0, start) + head + values + icc


# -- test pictures ------------------------------------------------------------------------------------

SIZE = (192, 144)
HIDDEN, SHOWN = scene(*SIZE, 1), scene(*SIZE, 2)
"""The reference, and the innocent picture that the stored values show."""
_BOTH, _BY_CHANNEL = interleave_bits(SHOWN, HIDDEN), interleave_channels(SHOWN, HIDDEN)
_GREYS = interleave_bits(SHOWN.convert("L"), HIDDEN.convert("L")).convert("L")
_LOW = curve_profile(LOW_BITS)
_PNG = lossless(_BOTH, "PNG")
_BLACK = (0.0, 0.0, 0.0)


def _jpeg(*parts: tuple[int, int, int, int]) -> bytes:
    """Return a JPEG with two pictures by channel: in the bits of one channel, they would not survive."""
    return with_segments(encode(_BY_CHANNEL, "JPEG", quality=95, subsampling=0), segments(_BLUE, parts))


_BLUE = curve_profile(COMMON_CURVE, (_BLACK, _BLACK, WHITE))
_HALF, _END = len(_BLUE) // 2, len(_BLUE)
_BY_TABLE = table_profile([np.ones(256), np.ones(256), RAMP], lightness(0, 0, 0, 0, 0, 0, 0, 1))


def _cmyk_image(image: Image.Image) -> bytes:
    """Return a CMYK JPEG with a profile that displays only yellow, and the black added to it."""
    shown, hidden = (np.asarray(one.convert("L")) for one in (SHOWN, image))
    inks = np.stack([shown, shown, hidden, np.full_like(shown, 255)], axis=2)
    corners = lightness(*(1.0 - bool(corner & 2) for corner in range(16)))
    picture = Image.frombytes("CMYK", SIZE, (255 - inks).tobytes())
    return encode(
        picture, "JPEG", quality=95, subsampling=0, icc_profile=table_profile([RAMP] * 4, corners, b"CMYK")
    )


def _high_dynamic_range() -> bytes:
    """Return a PNG of which an ordinary display shows one pixel in four, those of HIDDEN."""
    hidden, shown = (pixels(one) / 255 for one in (HIDDEN, SHOWN))
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    is_visible = ((x % 2 == 1) & (y % 2 == 1))[..., None]
    stored = np.where(is_visible, 0.2 + 0.4 * hidden, 0.2 * shown)
    data = lossless(Image.fromarray(np.rint(stored * 255).astype(np.uint8)), "PNG")
    return with_chunks(data, chunk(b"cICP", bytes([1, 16, 0, 1])))


KINDS: dict[str, Callable[[], bytes]] = {
    "curves, PNG": lambda: lossless(_BOTH, "PNG", _LOW),
    "curves, WebP": lambda: lossless(_BOTH, "WEBP", _LOW),
    "curves, AVIF": lambda: lossless(_BOTH, "AVIF", _LOW),
    "curves, BMP": lambda: bmp(_BOTH, _LOW),
    "curves, with transparency": lambda: lossless(_BOTH.convert("RGBA"), "PNG", _LOW),
    "curves, palette": lambda: encode(_GREYS.convert("P"), "PNG", icc_profile=_LOW),
    "curves, grey": lambda: lossless(_GREYS, "PNG", _LOW),
    "curve of greys": lambda: lossless(_GREYS, "PNG", grey(LOW_BITS)),
    "a second profile": lambda: with_chunks(_PNG, chunk(b"sRGB", b"\0"), iccp(_LOW)),
    "colours, PNG": lambda: with_chunks(
        lossless(_BY_CHANNEL, "PNG"),
        gama(45_455),
        chrm(0.3127, 0.329, 0.64, 0.0001, 0.3, 0.0001, 0.3127, 0.329),
    ),
    "matrix, JPEG": lambda: _jpeg((1, 1, 0, _END)),
    "matrix, in parts": lambda: _jpeg((2, 2, _HALF, _END), (1, 2, 0, _HALF)),
    "matrix, twice": lambda: _jpeg((1, 1, 0, _END), (1, 1, 0, _END)),
    "matrix, and more": lambda: _jpeg((1, 1, 0, _END), (2, 1, 0, 9)),
    "table, JPEG": lambda: encode(_BY_CHANNEL, "JPEG", quality=95, subsampling=0, icc_profile=_BY_TABLE),
    "table, WebP": lambda: lossless(_BY_CHANNEL, "WEBP", _BY_TABLE),
    "table of a press": lambda: _cmyk_image(HIDDEN),
    "high range": _high_dynamic_range,
}
"""Browsers display HIDDEN; programs that ignore the colour metadata display SHOWN."""

COMMON_PROFILES = {
    "sRGB": curve_profile(COMMON_CURVE),
    "Display P3": curve_profile(
        COMMON_CURVE, ((0.5151, 0.2412, -0.0011), (0.292, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))
    ),
    "Adobe RGB": curve_profile(
        RAMP**2.2, ((0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446))
    ),
    "ProPhoto": curve_profile(
        RAMP**1.8, ((0.7977, 0.288, 0.0), (0.1352, 0.7119, 0.0), (0.0313, 0.0001, 0.8249))
    ),
    "Rec. 2020": curve_profile(
        RAMP**2.4, ((0.6734, 0.279, -0.0019), (0.1657, 0.6754, 0.0299), (0.1251, 0.0456, 0.7969))
    ),
    "grey": grey(RAMP**2.2),
}

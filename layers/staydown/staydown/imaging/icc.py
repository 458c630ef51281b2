"""Read the colour interpretations of an ICC profile.

A profile may hold several (tables, curves with a matrix, a code), and programs differ in which one they
apply. So each becomes a new profile that contains nothing else. Anomalies of the original profile then cannot
mislead the library that applies it. Source: ICC.1:2022.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from staydown.imaging.colour_spaces import (
    CODED_CURVES,
    D50,
    SRGB_CURVE,
    SRGB_PRIMARIES,
    Doubles,
    coded_primaries,
    even_steps,
    srgb_encode,
)
from staydown.imaging.limits import ImageRejected

MAX_PROFILE_BYTES = 4_194_304
"""Printing profiles have up to 3 million bytes, those of cameras and displays some thousand."""

_HEADER = 128
_CURVES = {b"RGB ": (b"rTRC", b"gTRC", b"bTRC"), b"GRAY": (b"kTRC",)}
_PRIMARIES = (b"rXYZ", b"gXYZ", b"bXYZ")
_TABLES = (b"A2B0", b"A2B1", b"A2B2")
_CODE = b"cicp"
_READ = {*_CURVES[b"RGB "], *_CURVES[b"GRAY"], *_PRIMARIES, *_TABLES, _CODE}
_LUMA = np.array([0.299, 0.587, 0.114])

_MAX_OFF, _MAX_STEP, _MIN_STEP, _DARK = 32.0, 24.0, 3.0, 40
"""A curve is near sRGB if it moves no grey by more than _MAX_OFF of 255, and if eight consecutive greys span
at most _MAX_STEP and, from _DARK on, at least _MIN_STEP. This holds for gamma 1.8 to 2.6."""
_MAX_COLOUR_OFF, _MEAN_COLOUR_OFF = 60.0, 16.0
"""Curves and primaries are near sRGB if they move the luma of no colour further than this, of 255, and on
average not further than the second value. This holds for Display P3, Adobe RGB, ProPhoto and Rec. 2020,
not for swapped channels."""


@dataclass(frozen=True, slots=True)
class ColourInterpretation:
    """One way to display the stored values of an image."""

    space: str
    """Pillow's mode of the stored values, RGB, L or CMYK; or CMY, with black added to the other inks, as in
    Chromium."""
    profile: bytes
    """An ICC profile with this interpretation only."""


@lru_cache(maxsize=32)
def profile_interpretations(icc: bytes) -> tuple[ColourInterpretation | None, ...]:
    """Return the interpretations of a profile, the one that browsers apply first; None stands for sRGB.

    Empty if the bytes are no usable profile; programs ignore it then. Raises ImageRejected if the profile or
    a table in it is too large.
    """
    if len(icc) > MAX_PROFILE_BYTES:
        raise ImageRejected("damaged", f"a colour profile of {len(icc)} bytes")
    if len(icc) < _HEADER + 4:
        return ()
    return tuple(_interpretations(icc[16:20], icc[20:24], min(icc[8], 4), _tags(icc)))


@lru_cache(maxsize=64)
def interpretation_from_code(primaries: int, transfer: int) -> ColourInterpretation | None:
    """Return the interpretation of the code points of ITU-T H.273; None if it is near sRGB."""
    return interpretation_from_curve(CODED_CURVES.get(transfer, SRGB_CURVE), coded_primaries(primaries))


def interpretation_from_curve(curve: Doubles, primaries: Doubles) -> ColourInterpretation | None:
    """Return the interpretation of a transfer curve and primaries; None if it is near sRGB.

    curve: light, 0 to 1, at even steps of the stored value. primaries: float64 (3, 3), X, Y, Z (rows) of red,
    green and blue (columns), adapted to D50.
    """
    if _is_near_srgb([curve] * 3, primaries):
        return None
    words = np.rint(np.clip(curve, 0, 1) * 65535).astype(">u2")
    coded = b"curv" + bytes(4) + struct.pack(">L", len(words)) + words.tobytes()
    tags = dict.fromkeys(_CURVES[b"RGB "], coded)
    tags |= {name: _xyz(column) for name, column in zip(_PRIMARIES, primaries.T, strict=True)}
    return ColourInterpretation("RGB", _build_profile(b"RGB ", b"XYZ ", 2, tags))


def _interpretations(
    space: bytes, pcs: bytes, version: int, tags: Mapping[bytes, bytes]
) -> Iterator[ColourInterpretation | None]:
    if space not in {b"RGB ", b"GRAY", b"CMYK"} or pcs not in {b"XYZ ", b"Lab "}:
        return
    mode = {b"RGB ": "RGB", b"GRAY": "L", b"CMYK": "CMYK"}[space]
    if space == b"RGB " and len(tags.get(_CODE, b"")) >= 12:
        yield interpretation_from_code(tags[_CODE][8], tags[_CODE][9])
    for name in _TABLES:
        if name in tags:
            _check_size(tags[name])
            if mode == "CMYK" and name == _TABLES[0]:
                yield ColourInterpretation("CMY", _build_profile(space, pcs, version, {b"A2B0": tags[name]}))
            yield ColourInterpretation(mode, _build_profile(space, pcs, version, {b"A2B0": tags[name]}))
    names = _CURVES.get(space, ()) + (_PRIMARIES if space == b"RGB " else ())
    if not names or any(name not in tags for name in names):
        return
    curves = [_curve(tags[name]) for name in _CURVES[space]]
    primaries = None
    if space == b"RGB ":
        columns = [_numbers(tags[name][8:20]) for name in _PRIMARIES]
        if any(len(column) != 3 for column in columns):
            return
        primaries = np.array(columns).T
    if _is_near_srgb(curves, primaries):
        yield None
    else:
        yield ColourInterpretation(
            mode, _build_profile(space, pcs, version, {name: tags[name] for name in names})
        )


def _check_size(table: bytes) -> None:
    """Raise ImageRejected if a table declares more values than it has bytes.

    The library would allocate memory for them.
    """
    kind, inputs, outputs = table[:4], *table[8:10].ljust(2, b"\0")
    grid = table[10:11] * inputs
    if kind == b"mAB ":
        (at,) = struct.unpack_from(">L", table.ljust(28, b"\0"), 24)
        grid = table[at : at + inputs] if at else b""
    if len(grid) > 4 or math.prod(grid) * outputs > len(table):
        raise ImageRejected("damaged", "a colour profile with a table larger than its bytes")


def _tags(icc: bytes) -> dict[bytes, bytes]:
    """Return the tags in _READ by name; of several with one name the first, as other programs do."""
    (count,) = struct.unpack_from(">L", icc, _HEADER)
    found: dict[bytes, bytes] = {}
    for number in range(min(count, (len(icc) - _HEADER - 4) // 12)):
        name, start, size = struct.unpack_from(">4sLL", icc, _HEADER + 4 + 12 * number)
        if name in _READ and start + size <= len(icc):
            found.setdefault(name, icc[start : start + size])
    return found


def _build_profile(space: bytes, pcs: bytes, version: int, tags: Mapping[bytes, bytes]) -> bytes:
    tags = {b"wtpt": _xyz(D50), **tags}
    at = _HEADER + 4 + 12 * len(tags)
    table, body = struct.pack(">L", len(tags)), b""
    for name, content in tags.items():
        table += name + struct.pack(">LL", at + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = struct.pack(">L4xL4s4s4s", at + len(body), max(version, 2) << 24, b"mntr", space, pcs)
    head += struct.pack(">6H4s28x", 2000, 1, 1, 0, 0, 0, b"acsp") + _fixed(D50)
    return head + bytes(_HEADER - len(head)) + table + body


def _xyz(values: Sequence[float] | Doubles) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(values)


def _fixed(values: Sequence[float] | Doubles) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(float(value) * 65536) for value in values))


def _numbers(body: bytes) -> list[float]:
    return [value / 65536 for (value,) in struct.iter_unpack(">i", body[: len(body) // 4 * 4])]


def _curve(tag: bytes) -> Doubles | None:
    """Return light, 0 to 1, at even steps of the stored value; None if the tag cannot be read."""
    if tag[:4] == b"curv" and len(tag) >= 12:
        (count,) = struct.unpack_from(">L", tag, 8)
        if count > 1:
            words: NDArray[np.uint16] = np.frombuffer(tag[12 : 12 + 2 * count], ">u2")
            return words / 65535 if len(words) == count else None
        power = struct.unpack_from(">H", tag, 12)[0] / 256 if count and len(tag) >= 14 else 1.0
        return even_steps() ** power
    if tag[:4] == b"para" and len(tag) >= 12:
        return _parametric(struct.unpack_from(">H", tag, 8)[0], _numbers(tag[12:]))
    return None


def _parametric(kind: int, numbers: Sequence[float]) -> Doubles | None:
    """Return the curve (a x + b) ** g + e from d on, c x + f below d (ICC.1:2022, 10.18); None if invalid."""
    count = (1, 3, 4, 5, 7)[kind] if kind <= 4 else len(numbers) + 1
    if len(numbers) < count:
        return None
    g, a, b, c, d, e, f = (*numbers[:count], *(0.0,) * (7 - count))
    if kind == 0:
        a = 1.0
    if kind in {1, 2}:
        c, d, e, f = 0.0, (-b / a if a else 0.0), c, c
    x = even_steps()
    with np.errstate(all="ignore"):
        curve = np.where(x >= d, np.maximum(a * x + b, 0) ** g + e, c * x + f)
    return curve if np.isfinite(curve).all() else None


def _is_near_srgb(curves: Sequence[Doubles | None], primaries: Doubles | None) -> bool:
    """Return whether curves, one for each channel, and primaries (None for grey) are near sRGB."""
    if not all(curve is not None and _is_near_srgb_curve(curve) for curve in curves):
        return False
    if primaries is None:
        return True
    steps = even_steps(7)
    lights = [np.interp(steps, even_steps(len(curve)), curve) for curve in curves if curve is not None]
    light = np.stack(np.meshgrid(*lights, indexing="ij"), axis=-1).reshape(-1, 3)
    stored = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    displayed = srgb_encode(light @ (np.linalg.inv(SRGB_PRIMARIES) @ primaries).T)
    difference = np.abs((displayed - stored) @ _LUMA * 255)
    return bool(difference.max() <= _MAX_COLOUR_OFF and difference.mean() <= _MEAN_COLOUR_OFF)


def _is_near_srgb_curve(curve: Doubles) -> bool:
    """Return whether a curve is near sRGB. A curve that falls anywhere is not, even between 8-bit values."""
    if (np.diff(curve) < 0).any():
        return False
    values = np.linspace(0, 255, 256)
    displayed = srgb_encode(np.interp(values / 255, even_steps(len(curve)), curve)) * 255
    spans = displayed[8:] - displayed[:-8]
    return bool(
        np.abs(displayed - values).max() <= _MAX_OFF
        and spans.max() <= _MAX_STEP
        and spans[_DARK:].min() >= _MIN_STEP
    )

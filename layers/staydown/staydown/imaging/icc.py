"""What an ICC profile says that the stored values look like.

A profile may hold several answers (tables, curves with a matrix, a code), and programs differ in which they
take. So each is taken apart here and becomes a profile of its own, written anew with nothing else in it: what
is odd about the file's can't mislead the library that goes by it. Layouts: ICC.1:2022.
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
"""Profiles of printing presses have up to three million; of cameras and screens some thousand."""

_HEADER = 128
_CURVES = {b"RGB ": (b"rTRC", b"gTRC", b"bTRC"), b"GRAY": (b"kTRC",)}
_PRIMARIES = (b"rXYZ", b"gXYZ", b"bXYZ")
_TABLES = (b"A2B0", b"A2B1", b"A2B2")
_CODE = b"cicp"
_READ = {*_CURVES[b"RGB "], *_CURVES[b"GRAY"], *_PRIMARIES, *_TABLES, _CODE}
_LUMA = np.array([0.299, 0.587, 0.114])

_MAX_OFF, _MAX_STEP, _MIN_STEP, _DARK = 32.0, 24.0, 3.0, 40
"""A curve is usual if no grey is moved by more than _MAX_OFF of 255, and eight greys in a row become no more
than _MAX_STEP and, but for the darkest, no fewer than _MIN_STEP. Gamma 1.8 to 2.6 is."""
_MAX_COLOUR_OFF, _MEAN_COLOUR_OFF = 60.0, 16.0
"""Curves and matrix are usual if the luma of no colour is moved further, and of all of them on average.
Display P3, Adobe RGB, ProPhoto and Rec. 2020 are; two channels swapped are not."""


@dataclass(frozen=True, slots=True)
class ColourInterpretation:
    """One answer. space: of the values that it is for, as Pillow calls it: RGB, L or CMYK; or CMY, with the
    black added to the other inks, as Chromium has it. profile: as it is handed to who converts by it."""

    space: str
    profile: bytes


@lru_cache(maxsize=32)
def profile_interpretations(icc: bytes) -> tuple[ColourInterpretation | None, ...]:
    """Every answer of a profile, the one that browsers take first; None stands for values that look as ever.

    Empty where the bytes are no profile or answer nothing: everybody passes over these. Raises ImageRejected
    where the profile is too large to be gone by.
    """
    if len(icc) > MAX_PROFILE_BYTES:
        raise ImageRejected("damaged", f"a colour profile of {len(icc)} bytes")
    if len(icc) < _HEADER + 4:
        return ()
    return tuple(_interpretations(icc[16:20], icc[20:24], min(icc[8], 4), _tags(icc)))


@lru_cache(maxsize=64)
def interpretation_from_code(primaries: int, transfer: int) -> ColourInterpretation | None:
    """What the code points of ITU-T H.273 say; None where values look as ever."""
    return interpretation_from_curve(CODED_CURVES.get(transfer, SRGB_CURVE), coded_primaries(primaries))


def interpretation_from_curve(curve: Doubles, primaries: Doubles) -> ColourInterpretation | None:
    """curve: light, 0 to 1, at even steps of the stored value. primaries: columns red, green and blue, rows
    X, Y and Z, as seen by the white of profiles (D50). None where values look as ever."""
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
    wanted = _CURVES.get(space, ()) + (_PRIMARIES if space == b"RGB " else ())
    if not wanted or any(name not in tags for name in wanted):
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
            mode, _build_profile(space, pcs, version, {name: tags[name] for name in wanted})
        )


def _check_size(table: bytes) -> None:
    """Raises ImageRejected where a table says that it is larger than its bytes: room would be made for it."""
    kind, inputs, outputs = table[:4], *table[8:10].ljust(2, b"\0")
    grid = table[10:11] * inputs
    if kind == b"mAB ":
        (at,) = struct.unpack_from(">L", table.ljust(28, b"\0"), 24)
        grid = table[at : at + inputs] if at else b""
    if len(grid) > 4 or math.prod(grid) * outputs > len(table):
        raise ImageRejected("damaged", "a colour profile whose table is larger than it is")


def _tags(icc: bytes) -> dict[bytes, bytes]:
    """What is read of the tags, by name; of several of one name the first, as everybody takes it."""
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
    """Light at even steps of the stored value, as many as there are to know; None where it can't be read."""
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
    """(a x + b) ** g + e from d on, c x + f below it (ICC.1:2022, 10.18)."""
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
    """Whether values by these curves, one a channel, and primaries (None: greys) look as ever."""
    if not all(curve is not None and _is_near_srgb_curve(curve) for curve in curves):
        return False
    if primaries is None:
        return True
    some = even_steps(7)
    lights = [np.interp(some, even_steps(len(curve)), curve) for curve in curves if curve is not None]
    light = np.stack(np.meshgrid(*lights, indexing="ij"), axis=-1).reshape(-1, 3)
    stored = np.stack(np.meshgrid(some, some, some, indexing="ij"), axis=-1).reshape(-1, 3)
    seen = srgb_encode(light @ (np.linalg.inv(SRGB_PRIMARIES) @ primaries).T)
    off = np.abs((seen - stored) @ _LUMA * 255)
    return bool(off.max() <= _MAX_COLOUR_OFF and off.mean() <= _MEAN_COLOUR_OFF)


def _is_near_srgb_curve(curve: Doubles) -> bool:
    """Every step of the curve is asked whether it falls: nothing hides between the values of a byte."""
    if (np.diff(curve) < 0).any():
        return False
    values = np.linspace(0, 255, 256)
    seen = srgb_encode(np.interp(values / 255, even_steps(len(curve)), curve)) * 255
    eight = seen[8:] - seen[:-8]
    return bool(
        np.abs(seen - values).max() <= _MAX_OFF
        and eight.max() <= _MAX_STEP
        and eight[_DARK:].min() >= _MIN_STEP
    )

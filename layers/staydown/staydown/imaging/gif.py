"""Count the frames of a GIF and measure its canvas without decoding it.

Pillow finds out both while decoding, and allocates memory for each frame before its size can be checked.
Source: "Graphics Interchange Format, Version 89a", CompuServe, 1990.
"""

from __future__ import annotations

from dataclasses import dataclass

from staydown.imaging.limits import ImageRejected, Limits

_TRAILER, _EXTENSION, _IMAGE = 0x3B, 0x21, 0x2C
_MAX_STEPS = 2_000_000
"""A file of 25 MB in blocks of the usual 255 bytes takes 100,000; blocks of one byte are made to cost
time."""


@dataclass(frozen=True, slots=True)
class GifLayout:
    """The frames of a GIF, and the canvas in pixels that covers all of them."""

    frames: int
    """At least 1."""
    width: int
    height: int


def gif_layout(data: bytes, limits: Limits) -> GifLayout:
    """Return the layout of a GIF.

    Raises ImageRejected: truncated, damaged, too_many_pixels, too_many_frames.
    """
    try:
        return _walk(data, limits)
    except IndexError:
        raise ImageRejected("truncated", "the GIF ends inside a block") from None


def _walk(data: bytes, limits: Limits) -> GifLayout:
    width, height = _u16(data, 6), _u16(data, 8)
    at = 13 + _palette_bytes(data[10])
    if width * height > limits.max_pixels:
        raise ImageRejected("too_many_pixels", f"{width} x {height} pixels")
    frames = steps = 0
    while at < len(data) and data[at] != _TRAILER:
        if data[at] == _IMAGE:
            frames += 1
            width = max(width, _u16(data, at + 1) + _u16(data, at + 5))
            height = max(height, _u16(data, at + 3) + _u16(data, at + 7))
            at, taken = _after_blocks(data, at + 11 + _palette_bytes(data[at + 9]), _MAX_STEPS - steps)
        elif data[at] == _EXTENSION:
            at, taken = _after_blocks(data, at + 2, _MAX_STEPS - steps)
        else:
            at, taken = at + 1, 1  # decoders skip a stray byte between blocks
        steps += taken
        if frames > limits.max_frames_held:
            raise ImageRejected("too_many_frames", f"more than {limits.max_frames_held} frames")
        if steps > _MAX_STEPS:
            raise ImageRejected("damaged", "too many blocks in the GIF")
    if not frames:
        raise ImageRejected("truncated", "the GIF has no frame")
    return GifLayout(frames, width, height)


def _after_blocks(data: bytes, at: int, max_blocks: int) -> tuple[int, int]:
    """Return the offset after the chain of data blocks at `at`, and their number, at most max_blocks + 1."""
    taken = 1
    while data[at] and taken <= max_blocks:
        at += 1 + data[at]
        taken += 1
    return at + 1, taken


def _u16(data: bytes, at: int) -> int:
    return data[at] | data[at + 1] << 8


def _palette_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0

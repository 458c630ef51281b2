"""How many frames a GIF holds and how large its canvas grows, without decoding any of it.

Pillow learns both by decoding, and sets aside memory for a frame's extent before anyone can object.
Source of the layout: "Graphics Interchange Format, Version 89a", CompuServe 1990.
"""

from __future__ import annotations

from dataclasses import dataclass

from staydown.imaging.limits import ImageRejected, Limits

_TRAILER, _EXTENSION, _IMAGE = 0x3B, 0x21, 0x2C
_MAX_STEPS = 2_000_000
"""A file of 25 MB in blocks of the usual 255 bytes takes 100,000; one in blocks of a byte means to stall."""


@dataclass(frozen=True, slots=True)
class GifLayout:
    """frames: 1 or more. width, height: pixels of the canvas, grown to hold every frame."""

    frames: int
    width: int
    height: int


def gif_layout(data: bytes, limits: Limits) -> GifLayout:
    """Walk the blocks of a GIF. Raises ImageRejected: truncated, damaged, too_many_pixels,
    too_many_frames."""
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
            at, taken = at + 1, 1  # a stray byte between blocks: decoders pass over it
        steps += taken
        if frames > limits.max_frames_held:
            raise ImageRejected("too_many_frames", f"more than {limits.max_frames_held} frames")
        if steps > _MAX_STEPS:
            raise ImageRejected("damaged", "the GIF is cut into too many blocks")
    if not frames:
        raise ImageRejected("truncated", "the GIF has no frame")
    return GifLayout(frames, width, height)


def _after_blocks(data: bytes, at: int, most: int) -> tuple[int, int]:
    """Where the chain of data blocks at `at` ends, and how many there were, counted up to most + 1."""
    taken = 1
    while data[at] and taken <= most:
        at += 1 + data[at]
        taken += 1
    return at + 1, taken


def _u16(data: bytes, at: int) -> int:
    return data[at] | data[at + 1] << 8


def _palette_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0

"""Damaged, hostile and unusual image files, built in code. Each has the reason for which it is rejected."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import cache

import pillow_heif
from PIL import Image

from tests.imaging.sample_images import encode, mpo, scene
from tests.shared_data import shared_files

_PICTURE = scene(96, 72)
_FRAMES = [scene(48, 36, seed) for seed in range(3)]


def _png_chunks(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield the offset, type and content of each chunk of a PNG."""
    at = 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        yield at, data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += length + 12


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _png_with(kind: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Return a PNG with the content of one kind of chunk changed and its checksum renewed."""
    data = encode(_PICTURE, "PNG")
    return data[:8] + b"".join(
        _chunk(name, change(content) if name == kind else content) for _, name, content in _png_chunks(data)
    )


def _png_with_wrong_checksum(kind: bytes) -> bytes:
    data = bytearray(encode(_PICTURE, "PNG"))
    for at, name, content in _png_chunks(bytes(data)):
        if name == kind:
            data[at + 8 + len(content)] ^= 0xFF
    return bytes(data)


def _png_of_size(width: int, height: int) -> bytes:
    return _png_with(b"IHDR", lambda head: struct.pack(">II", width, height) + head[8:])


def _gif_with_huge_frame() -> bytes:
    """Return a GIF of 96 x 72 pixels with a frame of 65,535 x 65,535."""
    gif = bytearray(encode(_PICTURE.convert("P"), "GIF"))
    at = gif.index(b",")
    gif[at + 5 : at + 9] = struct.pack("<HH", 65535, 65535)
    return bytes(gif)


def _gif_of_frames(count: int) -> bytes:
    """Return a GIF of 16 x 16 pixels with `count` empty frames of 11 bytes each."""
    frame = b"," + struct.pack("<HHHH", 0, 0, 16, 16) + b"\0\x02\x02\x4c\x01\0"
    return b"GIF89a" + struct.pack("<HH", 16, 16) + b"\xf0\0\0" + bytes(6) + frame * count + b";"


def _tiff(fields: list[tuple[int, int]], rest: bytes = b"") -> bytes:
    """Return a TIFF with one directory of these (tag, value) fields."""
    body = b"".join(struct.pack("<HHLL", tag, 4, 1, value) for tag, value in fields)
    return b"II*\0" + struct.pack("<LH", 8, len(fields)) + body + bytes(4) + rest


def _tiff_with_strip_beyond_the_file() -> bytes:
    return _tiff([(256, 90), (257, 90), (258, 8), (259, 1), (262, 1), (273, 2**31), (277, 1), (279, 8100)])


def _tiff_with_huge_strip_count() -> bytes:
    fields = [(256, 90), (257, 90), (258, 8), (259, 5), (262, 1), (273, 200), (277, 1), (279, 2**32 - 1)]
    return _tiff(fields, bytes(300))


def _jpeg_with_exif(exif: bytes) -> bytes:
    return encode(_PICTURE, "JPEG", exif=exif)


def _turned(image_format: str, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encode(_PICTURE, image_format, exif=exif)


def _heif() -> bytes:
    target = io.BytesIO()
    pillow_heif.from_pillow(_PICTURE).save(target)
    return target.getvalue()


def _animated_png_that_blends() -> bytes:
    frames = [frame.convert("RGBA") for frame in _FRAMES]
    for frame in frames[1:]:
        frame.putalpha(120)
    return encode(frames[0], "PNG", save_all=True, append_images=frames[1:], blend=1)


def _cut(data: bytes, share: float) -> bytes:
    return data[: int(len(data) * share)]


REASONS: dict[str, str | None] = {
    "jpeg-cut-in-half.jpg": "truncated",
    "jpeg-without-its-end.jpg": "truncated",
    "jpeg-with-broken-exif.jpg": None,
    "jpeg-mirrored-by-exif.jpg": None,
    "jpeg-turned-by-exif.jpg": None,
    "jpeg-of-four-inks.jpg": None,
    "png-with-wrong-data-checksum.png": None,
    "png-with-wrong-header-checksum.png": "damaged",
    "png-with-broken-stream.png": "damaged",
    "png-cut-in-half.png": "truncated",
    "png-of-two-billion-columns.png": "too_many_pixels",
    "png-of-no-columns.png": "damaged",
    "png-animated-and-blended.png": None,
    "gif-with-huge-frame.gif": "too_many_pixels",
    "gif-of-100000-frames.gif": "too_many_frames",
    "gif-cut-in-half.gif": "truncated",
    "tiff-with-strip-beyond-the-file.tif": "damaged",
    "tiff-with-huge-strip-count.tif": "damaged",
    "tiff-without-fields.tif": "damaged",
    "webp-turned-by-exif.webp": None,
    "webp-cut-in-half.webp": "truncated",
    "bmp-cut-in-half.bmp": "truncated",
    "several-images.mpo": None,
    "plain.avif": None,
    "plain.heif": None,
    "icon.ico": "unsupported_format",
    "silicon-graphics.sgi": "unsupported_format",
}
"""By file name: why the file is rejected, or None if it is hashed."""


@cache
def hostile_files() -> dict[str, bytes]:
    """Return the bytes of each file of REASONS, by name."""
    jpeg, png, gif = encode(_PICTURE, "JPEG"), encode(_PICTURE, "PNG"), encode(_PICTURE, "GIF")
    return {
        "jpeg-cut-in-half.jpg": _cut(jpeg, 0.5),
        "jpeg-without-its-end.jpg": _cut(jpeg, 0.9),
        "jpeg-with-broken-exif.jpg": _jpeg_with_exif(b"Exif\0\0II*\0\xff\xff\xff\x7f garbage"),
        "jpeg-mirrored-by-exif.jpg": _turned("JPEG", 2),
        "jpeg-turned-by-exif.jpg": _turned("JPEG", 6),
        "jpeg-of-four-inks.jpg": encode(_PICTURE.convert("CMYK"), "JPEG"),
        "png-with-wrong-data-checksum.png": _png_with_wrong_checksum(b"IDAT"),
        "png-with-wrong-header-checksum.png": _png_with_wrong_checksum(b"IHDR"),
        "png-with-broken-stream.png": _png_with(b"IDAT", lambda content: content[:200] + b"\xff" * 400),
        "png-cut-in-half.png": _cut(png, 0.5),
        "png-of-two-billion-columns.png": _png_of_size(2**31 - 1, 2**31 - 1),
        "png-of-no-columns.png": _png_of_size(0, 0),
        "png-animated-and-blended.png": _animated_png_that_blends(),
        "gif-with-huge-frame.gif": _gif_with_huge_frame(),
        "gif-of-100000-frames.gif": _gif_of_frames(100_000),
        "gif-cut-in-half.gif": _cut(gif, 0.5),
        "tiff-with-strip-beyond-the-file.tif": _tiff_with_strip_beyond_the_file(),
        "tiff-with-huge-strip-count.tif": _tiff_with_huge_strip_count(),
        "tiff-without-fields.tif": b"II*\0" + struct.pack("<LH", 8, 0) + bytes(4),
        "webp-turned-by-exif.webp": _turned("WEBP", 8),
        "webp-cut-in-half.webp": _cut(encode(_PICTURE, "WEBP"), 0.5),
        "bmp-cut-in-half.bmp": _cut(encode(_PICTURE, "BMP"), 0.5),
        "several-images.mpo": mpo(*_FRAMES),
        "plain.avif": encode(_PICTURE, "AVIF"),
        "plain.heif": _heif(),
        "icon.ico": encode(_PICTURE, "ICO"),
        "silicon-graphics.sgi": encode(_PICTURE, "SGI"),
    }


@cache
def all_hostile_files() -> dict[str, bytes]:
    """Return the hostile files, and those of the shared data, by name."""
    return hostile_files() | {file.name: file.read_bytes() for file in shared_files("hostile/*")}

"""Identify the format of a file by its first bytes.

The declared type and the file name are ignored: the uploader controls them. Because the format is known
first, only its decoder is imported and run.
"""

from __future__ import annotations

from dataclasses import dataclass

from staydown.imaging.limits import ImageRejected


@dataclass(frozen=True, slots=True)
class ImageFormat:
    """A supported format."""

    media_type: str
    """As in HTTP."""
    plugin: str | None
    """Pillow's module for it; None if Pillow does not decode it."""
    names: tuple[str, ...] = ()
    """Pillow's names for it."""


JPEG = ImageFormat("image/jpeg", "JpegImagePlugin", ("JPEG",))  # also opens a multi-picture object (MPO)
PNG = ImageFormat("image/png", "PngImagePlugin", ("PNG",))
WEBP = ImageFormat("image/webp", "WebPImagePlugin", ("WEBP",))
GIF = ImageFormat("image/gif", "GifImagePlugin", ("GIF",))
BMP = ImageFormat("image/bmp", "BmpImagePlugin", ("BMP",))
TIFF = ImageFormat("image/tiff", "TiffImagePlugin", ("TIFF",))
AVIF = ImageFormat("image/avif", "AvifImagePlugin", ("AVIF",))
HEIC = ImageFormat("image/heic", None)
HEIF = ImageFormat("image/heif", None)

_MAGIC = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"BM", BMP),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"II+\0", TIFF),
    (b"MM\0+", TIFF),
)
# Image formats that are not supported: they are rejected with another reason than other files.
_UNSUPPORTED = (
    *(b"8BPS", b"\0\0\1\0", b"\0\0\2\0", b"\x01\xda", b"qoif", b"DDS ", b"icns", b"\xff\x0a", b"\xffO\xffQ"),
    *(b"\0\0\0\x0cJXL ", b"\0\0\0\x0cjP  ", b"%PDF", b"%!PS", b"<svg", b"<?xml", b"\x1aE\xdf\xa3", b"FLIF"),
    *(b"P1\n", b"P2\n", b"P3\n", b"P4\n", b"P5\n", b"P6\n", b"\xd7\xcd\xc6\x9a", b"RIFF", b"v/1\x01"),
)
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_HEIF_BRANDS = {b"mif1", b"mif2", b"msf1", b"miaf"}


def identify(data: bytes) -> ImageFormat:
    """Return the format of a file. Raises ImageRejected: empty, not_an_image, unsupported_format."""
    if not data:
        raise ImageRejected("empty", "the file has no bytes")
    for magic, image_format in _MAGIC:
        if data.startswith(magic):
            return image_format
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data[4:8] == b"ftyp":
        return _by_brand(data)
    if data.startswith(_UNSUPPORTED):
        raise ImageRejected("unsupported_format", "an image format that is not supported")
    raise ImageRejected("not_an_image", "the first bytes match no known image format")


def _by_brand(data: bytes) -> ImageFormat:
    """Return the format of an ISO base media file by its brands.

    A general major brand such as `mif1` allows either codec, so the compatible brands decide.
    """
    size = min(int.from_bytes(data[:4]), 256)
    major = data[8:12]
    brands = {data[at : at + 4] for at in range(16, size - 3, 4)} if major in _HEIF_BRANDS else set()
    if major in _AVIF_BRANDS or brands & _AVIF_BRANDS:
        return AVIF
    if major in _HEIC_BRANDS or brands & _HEIC_BRANDS:
        return HEIC
    if major in _HEIF_BRANDS:
        return HEIF
    raise ImageRejected("unsupported_format", "a media file that is neither HEIF nor AVIF")


def is_truncated(data: bytes, image_format: ImageFormat) -> bool:
    """Return whether a file that a decoder refused lacks its end."""
    if (
        image_format is JPEG
    ):  # no end of image after the last start of scan; those of thumbnails come before it
        return data.rfind(b"\xff\xd9") < data.rfind(b"\xff\xda") or b"\xff\xda" not in data
    if image_format is PNG:
        return b"IEND" not in data
    if image_format is WEBP:
        return int.from_bytes(data[4:8], "little") + 8 > len(data)
    if image_format is BMP:
        return int.from_bytes(data[2:6], "little") > len(data)
    if image_format in {AVIF, HEIC, HEIF}:
        return _boxes_end(data) > len(data)
    return False


def _boxes_end(data: bytes) -> int:
    """Return the declared end of the last box of an ISO base media file (ISO/IEC 14496-12, 4.2)."""
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4])
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16])
        if size < 8:
            return len(data)
        at += size
    return at

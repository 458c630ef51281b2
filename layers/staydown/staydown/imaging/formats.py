"""What a file is, from its first bytes alone.

The declared type and the file's name are never asked: an attacker writes them. Knowing the format first
means that one decoder is tried and no other is even imported.
"""

from __future__ import annotations

from dataclasses import dataclass

from staydown.imaging.limits import ImageRejected


@dataclass(frozen=True, slots=True)
class ImageFormat:
    """A format that is read. media_type: as in HTTP. plugin: Pillow's module for it; None where the
    decoder is not Pillow's. names: what Pillow calls it."""

    media_type: str
    plugin: str | None
    names: tuple[str, ...] = ()


JPEG = ImageFormat(
    "image/jpeg", "JpegImagePlugin", ("JPEG",)
)  # a multi-picture object (MPO) opens as one, too
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
# Formats that exist and are not read: the answer to them is another one than to a text file.
_UNREAD = (
    *(b"8BPS", b"\0\0\1\0", b"\0\0\2\0", b"\x01\xda", b"qoif", b"DDS ", b"icns", b"\xff\x0a", b"\xffO\xffQ"),
    *(b"\0\0\0\x0cJXL ", b"\0\0\0\x0cjP  ", b"%PDF", b"%!PS", b"<svg", b"<?xml", b"\x1aE\xdf\xa3", b"FLIF"),
    *(b"P1\n", b"P2\n", b"P3\n", b"P4\n", b"P5\n", b"P6\n", b"\xd7\xcd\xc6\x9a", b"RIFF", b"v/1\x01"),
)
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_HEIF_BRANDS = {b"mif1", b"mif2", b"msf1", b"miaf"}


def identify(data: bytes) -> ImageFormat:
    """The format of a file. Raises ImageRejected: empty, not_an_image, unsupported_format."""
    if not data:
        raise ImageRejected("empty", "the file has no bytes")
    for magic, image_format in _MAGIC:
        if data.startswith(magic):
            return image_format
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data[4:8] == b"ftyp":
        return _by_brand(data)
    if data.startswith(_UNREAD):
        raise ImageRejected("unsupported_format", "a format that is not read here")
    raise ImageRejected("not_an_image", "the first bytes are those of no known image format")


def _by_brand(data: bytes) -> ImageFormat:
    """ISO base media files say what they are by brands: the major one first, then the compatible ones.

    A general brand (`mif1`) holds either codec, so there the compatible brands decide.
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
    """Whether a file that a decoder refused lacks its end (else it is damaged in some other way)."""
    if image_format is JPEG:  # no end-of-image after the last start-of-scan; thumbnails have theirs before it
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
    """Where the last of the boxes of an ISO base media file says that it ends (ISO/IEC 14496-12, 4.2)."""
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4])
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16])
        if size < 8:
            return len(data)
        at += size
    return at

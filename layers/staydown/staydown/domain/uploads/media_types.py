"""The declared media type of a file compared with the type of its bytes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "image/jpg": "image/jpeg",
        "image/pjpeg": "image/jpeg",
        "image/mpo": "image/jpeg",
        "image/x-png": "image/png",
        "image/x-ms-bmp": "image/bmp",
        "image/heic": "image/heif",
        "image/heic-sequence": "image/heif",
        "image/heif-sequence": "image/heif",
        "image/avif-sequence": "image/avif",
    }
)
"""Other names of a media type."""

MEDIA_TYPE_BY_EXTENSION: Mapping[str, str] = MappingProxyType(
    {
        ".jpg": "image/jpeg",
        ".jpeg": "image/jpeg",
        ".mpo": "image/jpeg",
        ".png": "image/png",
        ".webp": "image/webp",
        ".gif": "image/gif",
        ".avif": "image/avif",
        ".bmp": "image/bmp",
        ".tif": "image/tiff",
        ".tiff": "image/tiff",
        ".heic": "image/heif",
        ".heif": "image/heif",
    }
)

ACCEPTED_MEDIA_TYPES = tuple(sorted({*MEDIA_TYPE_BY_EXTENSION.values(), "image/heic", "image/jpg"}))
"""The content types that an app can declare for an upload."""

_GENERIC_TYPES = {"", "binary/octet-stream", "application/octet-stream"}


def type_mismatch(*, found: str, declared: str, key: str) -> str | None:
    """Return how the declared type contradicts the bytes, in words; None if it does not.

    found: the type of the bytes. declared: the Content-Type of the upload; an octet-stream is no declaration.
    key: its extension counts if it is that of an image. A file with two types can show one image to the scan
    and another to a browser.
    """
    kind = declared.split(";", 1)[0].strip().lower()
    if kind not in _GENERIC_TYPES and _canonical(kind) != _canonical(found):
        return f"declared as {kind[:80]}, but it is {found}"
    extension = PurePosixPath(key).suffix.lower()
    if extension in MEDIA_TYPE_BY_EXTENSION and MEDIA_TYPE_BY_EXTENSION[extension] != _canonical(found):
        return f"named {extension}, but it is {found}"
    return None


def _canonical(media_type: str) -> str:
    return ALIASES.get(media_type, media_type)

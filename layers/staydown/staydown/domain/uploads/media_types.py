"""What a file says it is, against what it is."""

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
"""Names of one and the same type."""

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
"""What an app may announce for an upload."""

_GENERIC_TYPES = {"", "binary/octet-stream", "application/octet-stream"}


def type_mismatch(*, found: str, declared: str, key: str) -> str | None:
    """What contradicts the bytes, in words, or None.

    found: the type of the bytes. declared: the Content-Type it was put with; an octet-stream says nothing.
    key: its extension counts when it is one of an image. A file that passes for another type may show one
    picture to the scan and another to a browser, so it is refused.
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

"""A file format for arrays: a small header and plain arrays, protected by a checksum.

All numbers are little-endian:

    8 bytes    magic
    4 bytes    format version, uint32
    4 bytes    length of the JSON, uint32
    JSON       metadata that determines the layout of the arrays
    arrays     C order, each at a multiple of 64 bytes, with zeros between
    32 bytes   SHA-256 of everything before

After verifying the checksum, a reader maps NumPy arrays onto the bytes without a copy. The checksum detects
damage, but is no signature.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Layout = Sequence[tuple[str, np.dtype[np.generic], tuple[int, ...]]]
"""Name, dtype and shape of each array, in file order."""

_HEADER = struct.Struct("<8sII")
_ALIGNMENT = 64
_DIGEST_BYTES = 32


class SnapshotDamaged(Exception):
    """The bytes are not a valid file of this format version."""

    def __init__(self, what: str) -> None:
        super().__init__(f"damaged snapshot: {what}")
        self.what = what
        """The defect, for an operator."""


def write_arrays(
    magic: bytes,
    version: int,
    meta: Mapping[str, object],
    layout: Layout,
    arrays: Mapping[str, NDArray[np.generic]],
) -> bytes:
    """Return the file; equal contents give equal bytes.

    Raises ValueError if the shape of an array differs from the layout.
    """
    text = json.dumps(meta, sort_keys=True, separators=(",", ":")).encode()
    parts: list[bytes | memoryview] = [_HEADER.pack(magic, version, len(text)), text]
    size = _HEADER.size + len(text)
    for name, dtype, shape in layout:
        values = np.ascontiguousarray(arrays[name], dtype)
        if values.shape != shape:
            raise ValueError(f"{name} of the segment is {values.shape}, not {shape}")
        padding = -size % _ALIGNMENT
        parts.append(bytes(padding))
        if values.nbytes:
            parts.append(values.data.cast("B"))
        size += padding + values.nbytes
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return b"".join([*parts, digest.digest()])


def read_arrays(
    magic: bytes, version: int, data: bytes | memoryview, layout_of: Callable[[Mapping[str, Any]], Layout]
) -> tuple[Mapping[str, Any], dict[str, NDArray[Any]]]:
    """Return the metadata and the arrays of a file; the arrays are views of the bytes.

    layout_of: returns the layout for the metadata. Raises SnapshotDamaged if magic, version, length or
    checksum is wrong, or the contents are inconsistent.
    """
    view = memoryview(data).cast("B")
    if len(view) < _HEADER.size + _DIGEST_BYTES:
        raise SnapshotDamaged(f"{len(view)} bytes are too short for a header and a checksum")
    found_magic, found_version, text_length = _HEADER.unpack_from(view)
    if found_magic != magic:
        raise SnapshotDamaged("wrong magic number")
    if found_version != version:
        raise SnapshotDamaged(f"format version {found_version}, expected {version}")
    if hashlib.sha256(view[:-_DIGEST_BYTES]).digest() != view[-_DIGEST_BYTES:]:
        raise SnapshotDamaged("wrong checksum: the file is truncated or was changed")
    # The checksum is right, so a defect from here on is an error of the writer.
    try:
        body = view[:-_DIGEST_BYTES]
        meta = json.loads(bytes(body[_HEADER.size : _HEADER.size + text_length]))
        return meta, _map_arrays(body, _HEADER.size + text_length, layout_of(meta))
    except (KeyError, TypeError, ValueError) as error:
        raise SnapshotDamaged(f"inconsistent contents: {error}") from error


def read_count(meta: Mapping[str, Any], name: str) -> int:
    """Return a number of the metadata. Raises ValueError unless it is an integer of at least 0."""
    value = meta[name]
    if not isinstance(value, int) or value < 0:
        raise ValueError(f"{name} is {value!r}")
    return value


def _map_arrays(body: memoryview, offset: int, layout: Layout) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {}
    for name, dtype, shape in layout:
        offset += -offset % _ALIGNMENT
        items = int(np.prod(shape))
        arrays[name] = (
            np.frombuffer(body, dtype, items, offset).reshape(shape) if items else np.empty(shape, dtype)
        )
        offset += items * dtype.itemsize
    if offset != len(body):
        raise ValueError(f"{len(body)} bytes, expected {offset}")
    return arrays

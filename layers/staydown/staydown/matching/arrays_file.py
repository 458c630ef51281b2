"""A file of plain arrays behind a small header: nothing to parse, and damage is noticed.

All numbers are little-endian:

    8 bytes    magic
    4 bytes    format version, uint32
    4 bytes    length of the JSON, uint32
    JSON       what the reader must know to find the arrays
    arrays     C order, the first and each further one at a multiple of 64 bytes, zeros between
    32 bytes   SHA-256 of all that comes before

A reader lays NumPy arrays over the bytes (of a file in memory or mapped), once the checksum fits. The
checksum finds damage; it is no signature.
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
"""Name, dtype and shape of each array, in their order in the file."""

_HEADER = struct.Struct("<8sII")
_ALIGNMENT = 64
_DIGEST_BYTES = 32


class SnapshotDamaged(Exception):
    """These bytes are not a whole and healthy file that this code can read.

    what: which part of it is not as it should be, for an operator.
    """

    def __init__(self, what: str) -> None:
        super().__init__(f"damaged snapshot: {what}")
        self.what = what


def write_arrays(
    magic: bytes,
    version: int,
    meta: Mapping[str, object],
    layout: Layout,
    arrays: Mapping[str, NDArray[np.generic]],
) -> bytes:
    """The file; equal contents give equal bytes. ValueError where an array is not as the layout says."""
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
    """What a file says and holds; the arrays are views of the bytes.

    layout_of: from the JSON to the arrays. Raises SnapshotDamaged for anything but what `write_arrays` made:
    another magic or version, a byte too few or too many, a byte that changed.
    """
    view = memoryview(data).cast("B")
    if len(view) < _HEADER.size + _DIGEST_BYTES:
        raise SnapshotDamaged(f"{len(view)} bytes are too few for a header and a checksum")
    found_magic, found_version, text_length = _HEADER.unpack_from(view)
    if found_magic != magic:
        raise SnapshotDamaged("it does not begin as a snapshot does")
    if found_version != version:
        raise SnapshotDamaged(f"format version {found_version}, where {version} is expected")
    if hashlib.sha256(view[:-_DIGEST_BYTES]).digest() != view[-_DIGEST_BYTES:]:
        raise SnapshotDamaged("the checksum does not fit: cut short or changed")
    # From here on a fault is the writer's, not the storage's; it is refused all the same.
    try:
        body = view[:-_DIGEST_BYTES]
        meta = json.loads(bytes(body[_HEADER.size : _HEADER.size + text_length]))
        return meta, _map_arrays(body, _HEADER.size + text_length, layout_of(meta))
    except (KeyError, TypeError, ValueError) as error:
        raise SnapshotDamaged(f"inconsistent contents: {error}") from error


def read_count(meta: Mapping[str, Any], name: str) -> int:
    """A number of the JSON, from 0 up; ValueError for anything else."""
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
        raise ValueError(f"{len(body)} bytes, where {offset} are expected")
    return arrays

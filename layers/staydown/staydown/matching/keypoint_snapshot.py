"""The file format of a keypoint index: a small header and plain arrays.

All numbers are little-endian:

    8 bytes    magic
    4 bytes    format version, uint32
    4 bytes    number of tiles of a picture, uint32
    24 bytes   seq, number of pictures, number of keypoints, uint64 each
    arrays     ids (n, 16) uint8, the bytes of the UUIDs; ends (n,) int64; sizes (n, 2) uint16;
               tiles (n, tiles * 32), qualities (n, tiles) uint8; positions (k, 2) uint16;
               angles, levels (k,), descriptors (k, 32) uint8; C order
    32 bytes   SHA-256 of everything before; detects damage, but is no signature

The tables are not stored: building them takes less time than reading them from S3.
"""

from __future__ import annotations

import hashlib
import math
import struct
import uuid
from typing import Any

import numpy as np
from numpy.typing import NDArray

from staydown.imaging.features import DESCRIPTOR_BYTES, TILES
from staydown.matching.arrays_file import SnapshotDamaged
from staydown.matching.bank_segment import id_bytes
from staydown.matching.keypoint_index import KeypointIndex
from staydown.matching.keypoint_store import KeypointStore

MAGIC = b"\x93SDKEYS\n"
VERSION = 2

_HEADER = struct.Struct("<8sIIQQQ")
_DIGEST_BYTES = 32


def write_keypoints(index: KeypointIndex) -> bytes:
    """Return the file of an index, without removed pictures.

    Raises ValueError if an entry id is not a UUID in its usual form.
    """
    ids, arrays = index.contents()
    keypoints = len(arrays["positions"])
    parts = [
        _HEADER.pack(MAGIC, VERSION, len(TILES), index.seq, len(ids), keypoints),
        b"".join(id_bytes(entry_id) for entry_id in ids),
    ]
    for name, dtype, shape in _layout(len(ids), keypoints):
        values = np.ascontiguousarray(arrays[name], dtype)
        if values.shape != shape:
            raise ValueError(f"{name} of the index is {values.shape}, not {shape}")
        parts.append(values.tobytes())
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return b"".join([*parts, digest.digest()])


def read_keypoints(data: bytes | memoryview) -> KeypointIndex:
    """Return the index in a file; its arrays are copies. Raises SnapshotDamaged."""
    view = memoryview(data).cast("B")
    if len(view) < _HEADER.size + _DIGEST_BYTES:
        raise SnapshotDamaged(f"{len(view)} bytes are too short for a header and a checksum")
    magic, version, tiles, seq, pictures, keypoints = _HEADER.unpack_from(view)
    if magic != MAGIC:
        raise SnapshotDamaged("wrong magic number")
    if version != VERSION or tiles != len(TILES):
        raise SnapshotDamaged(f"format version {version} with {tiles} tiles")
    if hashlib.sha256(view[:-_DIGEST_BYTES]).digest() != view[-_DIGEST_BYTES:]:
        raise SnapshotDamaged("wrong checksum: the file is truncated or was changed")
    layout = _layout(pictures, keypoints)
    sizes = [math.prod(shape) * np.dtype(dtype).itemsize for _, dtype, shape in layout]
    expected = _HEADER.size + pictures * 16 + sum(sizes) + _DIGEST_BYTES
    if len(view) != expected:
        raise SnapshotDamaged(f"{len(view)} bytes, expected {expected}")
    at = _HEADER.size
    ids = [
        str(uuid.UUID(bytes=bytes(view[start : start + 16]))) for start in range(at, at + pictures * 16, 16)
    ]
    at += pictures * 16
    arrays: dict[str, NDArray[Any]] = {}
    for (name, dtype, shape), size in zip(layout, sizes, strict=True):
        arrays[name] = np.frombuffer(view[at : at + size], dtype).reshape(shape)
        at += size
    ends = arrays["ends"]
    if (np.diff(ends, prepend=0) < 0).any() or (int(ends[-1]) if pictures else 0) != keypoints:
        raise SnapshotDamaged("wrong number of keypoints")
    return KeypointIndex.from_store(ids, KeypointStore.from_arrays(arrays), seq=seq)


def _layout(pictures: int, keypoints: int) -> list[tuple[str, str, tuple[int, ...]]]:
    """Return name, dtype and shape of each array, in file order."""
    tiles = len(TILES)
    return [
        ("ends", "<i8", (pictures,)),
        ("sizes", "<u2", (pictures, 2)),
        ("tiles", "u1", (pictures, tiles * 32)),
        ("qualities", "u1", (pictures, tiles)),
        ("positions", "<u2", (keypoints, 2)),
        ("angles", "u1", (keypoints,)),
        ("levels", "u1", (keypoints,)),
        ("descriptors", "u1", (keypoints, DESCRIPTOR_BYTES)),
    ]

"""The keypoint index as one file: plain arrays behind a small header, nothing to parse.

All numbers are little-endian:

    8 bytes    magic
    4 bytes    format version, uint32
    4 bytes    number of tiles a picture, uint32
    24 bytes   seq, number of pictures, number of keypoints, uint64 each
    arrays     ids (n, 16) uint8, the bytes of the UUIDs; ends (n,) int64; sizes (n, 2) uint16;
               tiles (n, tiles * 32), qualities (n, tiles) uint8; positions (k, 2) uint16;
               angles, levels, stopped (k,), descriptors (k, 32) uint8; C order
    32 bytes   SHA-256 of all that comes before: it finds damage, it is no signature

The tables are not in it: sorting them anew takes less time than fetching them.
"""

from __future__ import annotations

import hashlib
import struct
import uuid
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from staydown.imaging.features import DESCRIPTOR_BYTES, TILES, JudgedFeatures, Keypoints
from staydown.matching.keypoint_index import KeypointIndex
from staydown.matching.segment import id_bytes
from staydown.matching.snapshot import SnapshotDamaged

MAGIC = b"\x93SDKEYS\n"
VERSION = 1

_HEADER = struct.Struct("<8sIIQQQ")
_DIGEST_BYTES = 32


def write_keypoints(index: KeypointIndex) -> bytes:
    """The file of an index; pictures that were removed are not in it.

    Raises ValueError where an entry's id is not a UUID as `str(UUID)` writes it.
    """
    pictures = list(index.pictures())
    points = [features.keypoints for _, features, _ in pictures]
    counts = [len(each) for each in points]
    empty = Keypoints(
        np.empty((0, 2), np.uint16), *(np.empty(0, np.uint8),) * 2, np.empty((0, DESCRIPTOR_BYTES), np.uint8)
    )
    body = b"".join(
        (
            _HEADER.pack(MAGIC, VERSION, len(TILES), index.seq, len(pictures), sum(counts)),
            b"".join(id_bytes(entry_id) for entry_id, _, _ in pictures),
            np.cumsum(counts, dtype="<i8").tobytes(),
            np.array([(each.width, each.height) for _, each, _ in pictures], "<u2").tobytes(),
            b"".join(each.tiles.tobytes() for _, each, _ in pictures),
            b"".join(each.qualities.tobytes() for _, each, _ in pictures),
            np.concatenate([each.positions for each in (empty, *points)]).astype("<u2").tobytes(),
            b"".join(each.angles.tobytes() for each in points),
            b"".join(each.levels.tobytes() for each in points),
            b"".join(stopped.tobytes() for _, _, stopped in pictures),
            b"".join(each.descriptors.tobytes() for each in points),
        )
    )
    return body + hashlib.sha256(body).digest()


def read_keypoints(data: bytes | memoryview) -> KeypointIndex:
    """The index in a file; its arrays are copies. Raises SnapshotDamaged for anything else."""
    view = memoryview(data).cast("B")
    if len(view) < _HEADER.size + _DIGEST_BYTES:
        raise SnapshotDamaged(f"{len(view)} bytes are too few for a header and a checksum")
    magic, version, tiles, seq, pictures, keypoints = _HEADER.unpack_from(view)
    if magic != MAGIC:
        raise SnapshotDamaged("it does not begin as a snapshot of keypoints does")
    if version != VERSION or tiles != len(TILES):
        raise SnapshotDamaged(f"format version {version} with {tiles} tiles")
    if hashlib.sha256(view[:-_DIGEST_BYTES]).digest() != view[-_DIGEST_BYTES:]:
        raise SnapshotDamaged("the checksum does not fit: cut short or changed")
    per_picture, per_keypoint = 16 + 8 + 4 + tiles * 33, 4 + 3 + DESCRIPTOR_BYTES
    expected = _HEADER.size + pictures * per_picture + keypoints * per_keypoint + _DIGEST_BYTES
    if len(view) != expected:
        raise SnapshotDamaged(f"{len(view)} bytes, where {expected} are expected")
    arrays = _Arrays(view, pictures, keypoints)
    if (np.diff(arrays.ends, prepend=0) < 0).any() or (pictures and int(arrays.ends[-1]) != keypoints):
        raise SnapshotDamaged("the keypoints don't add up")
    return KeypointIndex.of(
        (
            (str(uuid.UUID(bytes=arrays.ids[number].tobytes())), *arrays.picture(number, slice(first, last)))
            for number, (first, last) in enumerate(pairwise([0, *arrays.ends.tolist()]))
        ),
        seq=seq,
    )


class _Arrays:
    """NumPy arrays laid over the file."""

    def __init__(self, view: memoryview, pictures: int, keypoints: int) -> None:
        self._view, self._at = view, _HEADER.size
        tiles = len(TILES)
        self.ids = self._next("u1", pictures, 16)
        self.ends = self._next("<i8", pictures)
        self._sizes = self._next("<u2", pictures, 2)
        self._tiles = self._next("u1", pictures, tiles, 32)
        self._qualities = self._next("u1", pictures, tiles)
        self._positions = self._next("<u2", keypoints, 2)
        self._angles = self._next("u1", keypoints)
        self._levels = self._next("u1", keypoints)
        self._stopped = self._next("u1", keypoints)
        self._descriptors = self._next("u1", keypoints, DESCRIPTOR_BYTES)

    def picture(self, number: int, rows: slice) -> tuple[JudgedFeatures, NDArray[np.bool_]]:
        width, height = self._sizes[number].tolist()
        keypoints = Keypoints(
            self._positions[rows], self._angles[rows], self._levels[rows], self._descriptors[rows]
        )
        features = JudgedFeatures(width, height, keypoints, self._tiles[number], self._qualities[number])
        return features, self._stopped[rows] != 0

    def _next(self, dtype: str, *shape: int) -> NDArray[Any]:
        count = int(np.prod(shape))
        found = (
            np.frombuffer(self._view, dtype, count, self._at).reshape(shape)
            if count
            else np.empty(shape, dtype)
        )
        self._at += found.nbytes
        return found

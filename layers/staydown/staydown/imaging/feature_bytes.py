"""The file format of the features of a reference: a small header and plain arrays.

All numbers are little-endian:

    4 bytes    magic
    2 bytes    format version, uint16
    8 bytes    width, height, number of keypoints, number of tiles, uint16 each
    arrays     positions, angles, levels, descriptors, tiles, qualities (see `features`), C order
    16 bytes   BLAKE2b of everything before; detects damage, but is no signature
"""

from __future__ import annotations

import hashlib
import struct

import numpy as np

from staydown.imaging.features import DESCRIPTOR_BYTES, TILES, Keypoints, ReferenceFeatures

MAGIC = b"\x93SDK"
VERSION = 1

_HEADER = struct.Struct("<4sHHHHH")
_DIGEST_BYTES = 16


class FeaturesDamaged(Exception):
    """The bytes are not valid features of this format version."""

    def __init__(self, what: str) -> None:
        super().__init__(f"damaged features: {what}")
        self.what = what
        """The defect, for an operator."""


def features_to_bytes(features: ReferenceFeatures) -> bytes:
    """Return the features as bytes; equal features give equal bytes."""
    points = features.keypoints
    body = b"".join(
        (
            _HEADER.pack(MAGIC, VERSION, features.width, features.height, len(points), len(features.tiles)),
            points.positions.astype("<u2").tobytes(),
            points.angles.tobytes(),
            points.levels.tobytes(),
            points.descriptors.tobytes(),
            features.tiles.tobytes(),
            features.qualities.tobytes(),
        )
    )
    return body + _digest(body)


def features_from_bytes(data: bytes) -> ReferenceFeatures:
    """Return the features in `data`; their arrays are read-only views of it. Raises FeaturesDamaged."""
    if len(data) < _HEADER.size + _DIGEST_BYTES:
        raise FeaturesDamaged(f"{len(data)} bytes are too short")
    magic, version, width, height, count, tiles = _HEADER.unpack_from(data)
    if magic != MAGIC:
        raise FeaturesDamaged("wrong magic number")
    if version != VERSION:
        raise FeaturesDamaged(f"format version {version}, expected {VERSION}")
    expected = _HEADER.size + count * (6 + DESCRIPTOR_BYTES) + tiles * 33 + _DIGEST_BYTES
    if len(data) != expected:
        raise FeaturesDamaged(f"{len(data)} bytes, expected {expected}")
    if _digest(data[:-_DIGEST_BYTES]) != data[-_DIGEST_BYTES:]:
        raise FeaturesDamaged("wrong checksum")
    if tiles != len(TILES):
        raise FeaturesDamaged(f"{tiles} tiles, expected {len(TILES)}")
    at = _HEADER.size
    positions = np.frombuffer(data, "<u2", count * 2, at).reshape(-1, 2)
    at += count * 4
    rest = np.frombuffer(data, np.uint8, len(data) - _DIGEST_BYTES - at, at)
    angles, levels, descriptors, hashes, qualities = np.split(
        rest, np.cumsum([count, count, count * DESCRIPTOR_BYTES, tiles * 32])
    )
    keypoints = Keypoints(positions, angles, levels, descriptors.reshape(-1, DESCRIPTOR_BYTES))
    return ReferenceFeatures(width, height, keypoints, hashes.reshape(-1, 32), qualities)


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_DIGEST_BYTES).digest()

"""A segment of the bank as one file: plain arrays behind a small header, nothing to parse.

All numbers are little-endian:

    8 bytes    magic
    4 bytes    format version, uint32
    4 bytes    length of the JSON, uint32
    JSON       {"count", "seq", "sha256_count", "support_sets": [[[source, reference], …], …]}
    arrays     ids, hashes, quality, flags, phash, sha256, supports (see `Segment`), C order,
               the first and each further one at a multiple of 64 bytes, zeros between
    32 bytes   SHA-256 of all that comes before

A reader lays NumPy arrays over the bytes (of a file in memory or mapped), once the checksum fits. The
checksum finds damage; it is no signature.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from staydown.domain.bank import Source, Support
from staydown.matching.segment import HAS_SHA256, Segment

MAGIC = b"\x93SDBANK\n"
"""A byte that is not ASCII and a line's end, so that a file that went through as text is known."""
VERSION = 1

_HEADER = struct.Struct("<8sII")
_ALIGNMENT = 64
_DIGEST_BYTES = 32


class SnapshotDamaged(Exception):
    """These bytes are not a whole and healthy snapshot that this code can read.

    what: which part of it is not as it should be, for an operator.
    """

    def __init__(self, what: str) -> None:
        super().__init__(f"damaged snapshot: {what}")
        self.what = what


def write(segment: Segment) -> bytes:
    """The file of a segment; equal segments give equal bytes."""
    meta = {
        "count": len(segment),
        "seq": segment.seq,
        "sha256_count": len(segment.sha256),
        "support_sets": [
            [[support.source.value, support.reference] for support in sorted(supports)]
            for supports in segment.support_sets
        ],
    }
    text = json.dumps(meta, sort_keys=True, separators=(",", ":")).encode()
    parts = [_HEADER.pack(MAGIC, VERSION, len(text)), text]
    size = _HEADER.size + len(text)
    for name, dtype, shape in _arrays(len(segment), len(segment.sha256)):
        values = np.ascontiguousarray(getattr(segment, name), dtype)
        if values.shape != shape:
            raise ValueError(f"{name} of the segment is {values.shape}, not {shape}")
        padding = -size % _ALIGNMENT
        parts += [bytes(padding), values.tobytes()]
        size += padding + values.nbytes
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return b"".join([*parts, digest.digest()])


def read(data: bytes | memoryview) -> Segment:
    """The segment in a file: bytes, or a memoryview of a mapped one; its arrays are views of them.

    Raises SnapshotDamaged for anything but what `write` made: another magic or version, a byte too few
    or too many, a byte that changed.
    """
    view = memoryview(data).cast("B")
    if len(view) < _HEADER.size + _DIGEST_BYTES:
        raise SnapshotDamaged(f"{len(view)} bytes are too few for a header and a checksum")
    magic, version, text_length = _HEADER.unpack_from(view)
    if magic != MAGIC:
        raise SnapshotDamaged("it does not begin as a snapshot does")
    if version != VERSION:
        raise SnapshotDamaged(f"format version {version}, where {VERSION} is expected")
    if hashlib.sha256(view[:-_DIGEST_BYTES]).digest() != view[-_DIGEST_BYTES:]:
        raise SnapshotDamaged("the checksum does not fit: cut short or changed")
    # From here on a fault is the writer's, not the storage's; it is refused all the same.
    try:
        return _laid_over(view[:-_DIGEST_BYTES], text_length)
    except (KeyError, TypeError, ValueError) as error:
        raise SnapshotDamaged(f"inconsistent contents: {error}") from error


def _arrays(count: int, sha256_count: int) -> Sequence[tuple[str, np.dtype[np.generic], tuple[int, ...]]]:
    byte, word, number = np.dtype("u1"), np.dtype("<u8"), np.dtype("<u4")
    return (
        ("ids", byte, (count, 16)),
        ("hashes", byte, (count, 32)),
        ("quality", byte, (count,)),
        ("flags", byte, (count,)),
        ("phash", word, (count,)),
        ("sha256", byte, (sha256_count, 32)),
        ("supports", number, (count,)),
    )


def _natural(meta: Mapping[str, object], name: str) -> int:
    value = meta[name]
    if not isinstance(value, int) or value < 0:
        raise ValueError(f"{name} is {value!r}")
    return value


def _laid_over(body: memoryview, text_length: int) -> Segment:
    meta = json.loads(bytes(body[_HEADER.size : _HEADER.size + text_length]))
    support_sets = tuple(
        frozenset(Support(Source(source), reference) for source, reference in supports)
        for supports in meta["support_sets"]
    )
    offset = _HEADER.size + text_length
    arrays: dict[str, NDArray[np.generic]] = {}
    for name, dtype, shape in _arrays(_natural(meta, "count"), _natural(meta, "sha256_count")):
        offset += -offset % _ALIGNMENT
        items = int(np.prod(shape))
        arrays[name] = (
            np.frombuffer(body, dtype, items, offset).reshape(shape) if items else np.empty(shape, dtype)
        )
        offset += items * dtype.itemsize
    if offset != len(body):
        raise ValueError(f"{len(body)} bytes, where {offset} are expected")
    segment = Segment(seq=_natural(meta, "seq"), support_sets=support_sets, **arrays)  # type: ignore[arg-type]
    if int(np.count_nonzero(segment.flags & HAS_SHA256)) != len(segment.sha256):
        raise ValueError("the number of SHA-256 digests is not that of the rows with one")
    if len(segment) and int(segment.supports.max()) >= len(support_sets):
        raise ValueError("a row refers to a support set that is not there")
    return segment

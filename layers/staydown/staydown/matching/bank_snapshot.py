"""The file format of a bank segment (see `arrays_file`).

JSON: {"count", "seq", "sha256_count", "support_sets": [[[source, reference], …], …]}.
Arrays: ids, hashes, quality, flags, phash, sha256, supports (see `BankSegment`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from staydown.domain.bank.entry import Support, SupportSource
from staydown.matching.arrays_file import Layout, SnapshotDamaged, read_arrays, read_count, write_arrays
from staydown.matching.bank_segment import HAS_SHA256, BankSegment

MAGIC = b"\x93SDBANK\n"
"""A non-ASCII byte and a line end, which reveal a file that was transferred as text."""
VERSION = 1


def write_segment(segment: BankSegment) -> bytes:
    """Return the file of a segment; equal segments give equal bytes."""
    meta = {
        "count": len(segment),
        "seq": segment.seq,
        "sha256_count": len(segment.sha256),
        "support_sets": [
            [[support.source.value, support.reference] for support in sorted(supports)]
            for supports in segment.support_sets
        ],
    }
    layout = _layout(meta)
    return write_arrays(MAGIC, VERSION, meta, layout, {name: getattr(segment, name) for name, *_ in layout})


def read_segment(data: bytes | memoryview) -> BankSegment:
    """Return the segment in a file; its arrays are views of the bytes. Raises SnapshotDamaged."""
    meta, arrays = read_arrays(MAGIC, VERSION, data, _layout)
    try:
        return _segment(meta, arrays)
    except (KeyError, TypeError, ValueError) as error:
        raise SnapshotDamaged(f"inconsistent contents: {error}") from error


def _layout(meta: Mapping[str, Any]) -> Layout:
    count, sha256_count = read_count(meta, "count"), read_count(meta, "sha256_count")
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


def _segment(meta: Mapping[str, Any], arrays: Mapping[str, Any]) -> BankSegment:
    support_sets = tuple(
        frozenset(Support(SupportSource(source), reference) for source, reference in supports)
        for supports in meta["support_sets"]
    )
    segment = BankSegment(seq=read_count(meta, "seq"), support_sets=support_sets, **arrays)
    if int(np.count_nonzero(segment.flags & HAS_SHA256)) != len(segment.sha256):
        raise ValueError("wrong number of SHA-256 digests")
    if len(segment) and int(segment.supports.max()) >= len(support_sets):
        raise ValueError("a row refers to a missing support set")
    return segment

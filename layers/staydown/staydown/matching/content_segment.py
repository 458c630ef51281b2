"""Lines of the content log as arrays, and their file format (see `arrays_file`).

JSON: {"count", "rows"}. Arrays: ids, sha256, counts, views.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from staydown.domain.uploads.content_log import LogLine
from staydown.matching.arrays_file import Layout, SnapshotDamaged, read_arrays, read_count, write_arrays
from staydown.matching.content_matches import rows_near_entries

MAGIC = b"\x93SDLOGS\n"
VERSION = 1


@dataclass(frozen=True, eq=False)
class ContentSegment:
    """n registered uploads, one row each, in the order of their registration. An upload may occur twice."""

    ids: NDArray[np.uint8]
    """(n, 16), the bytes of the UUIDs."""
    sha256: NDArray[np.uint8]
    """(n, 32)."""
    counts: NDArray[np.uint32]
    """(n,), the number of views of each upload."""
    views: NDArray[np.uint8]
    """(rows, 32), the PDQ of all views, those of the first upload first."""

    @classmethod
    def from_lines(cls, lines: Iterable[LogLine]) -> ContentSegment:
        """Return the segment of lines; an iterator saves memory. Raises ValueError if an id is no UUID."""
        ids, digests, views, counts = bytearray(), bytearray(), bytearray(), []
        for line in lines:
            ids += uuid.UUID(line.upload_id).bytes
            digests += line.sha256
            views += line.views
            counts.append(len(line.views) // 32)
        return cls(
            ids=np.frombuffer(ids, np.uint8).reshape(-1, 16),
            sha256=np.frombuffer(digests, np.uint8).reshape(-1, 32),
            counts=np.array(counts, np.uint32),
            views=np.frombuffer(views, np.uint8).reshape(-1, 32),
        )

    def __len__(self) -> int:
        return len(self.ids)

    def upload_ids(self) -> list[str]:
        """Return the distinct ids in the order of the rows."""
        return list(dict.fromkeys(str(uuid.UUID(bytes=row.tobytes())) for row in self.ids))

    def uploads_within(
        self, hashes: NDArray[np.uint8], digests: Collection[bytes], distance: int
    ) -> list[str]:
        """Return the distinct ids of uploads with a view near a hash or with the same bytes, in row order.

        hashes: uint8 (k, 32). digests: SHA-256, 32 bytes each. distance: 0 to 256 bits.
        """
        rows = rows_near_entries(hashes, self.views, distance)
        owners = np.searchsorted(np.cumsum(self.counts, dtype=np.int64), rows, side="right")
        found = np.union1d(owners, self._with_bytes(digests)).astype(np.int64)
        return list(dict.fromkeys(str(uuid.UUID(bytes=self.ids[row].tobytes())) for row in found))

    def _with_bytes(self, digests: Collection[bytes]) -> NDArray[np.int64]:
        if not digests or not len(self):
            return np.empty(0, np.int64)
        # Compare the first eight bytes of all, then the whole of the few that are equal.
        starts = np.ascontiguousarray(self.sha256[:, :8]).view("<u8")[:, 0]
        wanted_starts = np.array([int.from_bytes(digest[:8], "little") for digest in digests], np.uint64)
        known = set(digests)
        likely = np.flatnonzero(np.isin(starts, wanted_starts))
        return np.array([row for row in likely if self.sha256[row].tobytes() in known], np.int64)


def concatenate_segments(segments: Sequence[ContentSegment]) -> ContentSegment:
    """Return the rows of all segments in order. Raises ValueError without a segment."""
    return ContentSegment(
        ids=np.concatenate([segment.ids for segment in segments]),
        sha256=np.concatenate([segment.sha256 for segment in segments]),
        counts=np.concatenate([segment.counts for segment in segments]),
        views=np.concatenate([segment.views for segment in segments]),
    )


def write_content(segment: ContentSegment) -> bytes:
    """Return the file of a segment; equal segments give equal bytes."""
    meta = {"count": len(segment), "rows": len(segment.views)}
    arrays = {name: getattr(segment, name) for name in ("ids", "sha256", "counts", "views")}
    return write_arrays(MAGIC, VERSION, meta, _layout(meta), arrays)


def read_content(data: bytes | memoryview) -> ContentSegment:
    """Return the segment in a file; its arrays are views of the bytes. Raises SnapshotDamaged."""
    _, arrays = read_arrays(MAGIC, VERSION, data, _layout)
    if int(arrays["counts"].sum(dtype=np.int64)) != len(arrays["views"]):
        raise SnapshotDamaged("inconsistent contents: wrong number of views")
    return ContentSegment(**arrays)


def _layout(meta: Mapping[str, Any]) -> Layout:
    count, rows = read_count(meta, "count"), read_count(meta, "rows")
    return (
        ("ids", np.dtype("u1"), (count, 16)),
        ("sha256", np.dtype("u1"), (count, 32)),
        ("counts", np.dtype("<u4"), (count,)),
        ("views", np.dtype("u1"), (rows, 32)),
    )

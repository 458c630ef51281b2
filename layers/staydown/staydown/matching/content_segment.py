"""Lines of the content log as plain arrays, and as one file of them (see `arrays_file`).

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
    """Some uploads, a row each, in the order in which they came; the same upload may come twice.

    ids: (n, 16) uint8, the bytes of the UUIDs. sha256: (n, 32) uint8. counts: (n,) uint32, how many views
    each has. views: (rows, 32) uint8, those of the first upload first.
    """

    ids: NDArray[np.uint8]
    sha256: NDArray[np.uint8]
    counts: NDArray[np.uint32]
    views: NDArray[np.uint8]

    @classmethod
    def from_lines(cls, lines: Iterable[LogLine]) -> ContentSegment:
        """Keeps of each line its bytes alone, so a long log may be an iterator. ValueError for no UUID."""
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
        """In order of the rows, each once."""
        return list(dict.fromkeys(str(uuid.UUID(bytes=row.tobytes())) for row in self.ids))

    def uploads_within(
        self, hashes: NDArray[np.uint8], digests: Collection[bytes], distance: int
    ) -> list[str]:
        """The ids of the uploads with a view within the distance of a hash, or with the same bytes.

        hashes: (k, 32) uint8. digests: SHA-256, 32 bytes each. Each id once, in order of the rows.
        """
        rows = rows_near_entries(hashes, self.views, distance)
        owners = np.searchsorted(np.cumsum(self.counts, dtype=np.int64), rows, side="right")
        found = np.union1d(owners, self._with_bytes(digests)).astype(np.int64)
        return list(dict.fromkeys(str(uuid.UUID(bytes=self.ids[row].tobytes())) for row in found))

    def _with_bytes(self, digests: Collection[bytes]) -> NDArray[np.int64]:
        if not digests or not len(self):
            return np.empty(0, np.int64)
        # By their first eight bytes, of which few are ever the same; then the whole.
        starts = np.ascontiguousarray(self.sha256[:, :8]).view("<u8")[:, 0]
        wanted = np.array([int.from_bytes(digest[:8], "little") for digest in digests], np.uint64)
        known = set(digests)
        likely = np.flatnonzero(np.isin(starts, wanted))
        return np.array([row for row in likely if self.sha256[row].tobytes() in known], np.int64)


def concatenate_segments(segments: Sequence[ContentSegment]) -> ContentSegment:
    """All rows, those of the first segment first. ValueError for none at all."""
    return ContentSegment(
        ids=np.concatenate([one.ids for one in segments]),
        sha256=np.concatenate([one.sha256 for one in segments]),
        counts=np.concatenate([one.counts for one in segments]),
        views=np.concatenate([one.views for one in segments]),
    )


def write_content(segment: ContentSegment) -> bytes:
    meta = {"count": len(segment), "rows": len(segment.views)}
    arrays = {name: getattr(segment, name) for name in ("ids", "sha256", "counts", "views")}
    return write_arrays(MAGIC, VERSION, meta, _layout(meta), arrays)


def read_content(data: bytes | memoryview) -> ContentSegment:
    """Its arrays are views of the bytes. SnapshotDamaged for anything but what `write_content` made."""
    _, arrays = read_arrays(MAGIC, VERSION, data, _layout)
    if int(arrays["counts"].sum(dtype=np.int64)) != len(arrays["views"]):
        raise SnapshotDamaged("inconsistent contents: the views don't add up")
    return ContentSegment(**arrays)


def _layout(meta: Mapping[str, Any]) -> Layout:
    count, rows = read_count(meta, "count"), read_count(meta, "rows")
    return (
        ("ids", np.dtype("u1"), (count, 16)),
        ("sha256", np.dtype("u1"), (count, 32)),
        ("counts", np.dtype("<u4"), (count,)),
        ("views", np.dtype("u1"), (rows, 32)),
    )

"""Sweeps: applying changed entries of the bank to all existing uploads, in parts that run in any order.

A part may run twice, and may add parts. A sweep is finished when all of its parts are done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SweepPartKind(StrEnum):
    PLAN = "plan"
    """Determine what to search, and add the parts for it."""
    RELEASE = "released"
    """Release the uploads that an entry stopped and no longer stops."""
    HOUR = "hour"
    """Search the lines of an hour that is not compacted: some of its shards."""
    SEGMENT = "segment"
    """Search one segment file."""
    UPLOADS = "uploads"
    """Judge uploads near an entry again."""
    ALIGN = "look"
    """Align recent uploads with the reference images of entries, for copies that no hash detects."""


@dataclass(frozen=True, slots=True)
class SweepPart:
    """One unit of work of a sweep."""

    kind: SweepPartKind
    """What to do."""
    target: str = ""
    """The entry, hour or file; empty for other kinds."""
    shard: int = 0
    """The first shard of the hour."""
    after_upload_id: str = ""
    """Continue after this upload; empty: from the start."""
    uploads: tuple[str, ...] = ()
    """The uploads to judge or align."""

    @property
    def name(self) -> str:
        """The same for the same work, so that a part found twice is added once."""
        work = "\n".join((self.target, str(self.shard), self.after_upload_id, *self.uploads))
        return f"{self.kind}-{hashlib.sha256(work.encode()).hexdigest()[:32]}"


PLAN_PART = SweepPart(SweepPartKind.PLAN)


@dataclass(frozen=True, slots=True)
class Sweep:
    """The progress of one sweep."""

    sweep_id: str
    """See `derived_sweep_id`."""
    entries: tuple[str, ...]
    """Ids of the changed entries."""
    started_at: datetime
    """When the sweep started."""
    parts: int = 0
    """The number of parts so far."""
    parts_done: int = 0
    """The number of finished parts."""
    matched_uploads: int = 0
    """The number of uploads near the entries, as found so far."""
    finished_at: datetime | None = None
    """When the last part was done; None: the sweep is running."""
    bank_seq: int = 0
    """The number of the last of these changes in the bank's log."""


def split_into_parts(kind: SweepPartKind, upload_ids: Iterable[str], part_size: int) -> tuple[SweepPart, ...]:
    """Return parts of at most `part_size` uploads each."""
    ids = tuple(upload_ids)
    return tuple(
        SweepPart(kind, uploads=ids[start : start + part_size]) for start in range(0, len(ids), part_size)
    )

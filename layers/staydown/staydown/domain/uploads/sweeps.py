"""A sweep: bringing what is up in line with changed entries of the bank, in parts that anybody may do.

A part may be done twice, and may find that there is more to do: then it adds parts. A sweep is over when all
of its parts are done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SweepPartKind(StrEnum):
    PLAN = "plan"
    """Find out what there is to look through."""
    RELEASE = "released"
    """The uploads that an entry had stopped, and stops no more."""
    HOUR = "hour"
    """The lines of an hour that is not folded: some of its shards."""
    SEGMENT = "segment"
    """A file of folded lines."""
    UPLOADS = "uploads"
    """Uploads near an entry, to be judged again."""
    ALIGN = "look"
    """Uploads that no hash gives away, to be laid over the judged pictures: those that are recent enough."""


@dataclass(frozen=True, slots=True)
class SweepPart:
    """of: the entry, hour or file. shard: the first of the hour's. after: go on behind this upload.
    uploads: which to judge, or to look at."""

    kind: SweepPartKind
    target: str = ""
    shard: int = 0
    after_upload_id: str = ""
    uploads: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The same for the same work, so that what is found twice is added once."""
        told = "\n".join((self.target, str(self.shard), self.after_upload_id, *self.uploads))
        return f"{self.kind}-{hashlib.sha256(told.encode()).hexdigest()[:32]}"


PLAN_PART = SweepPart(SweepPartKind.PLAN)


@dataclass(frozen=True, slots=True)
class Sweep:
    """How far it is. entries: of the bank, that changed; seq: the number of the last of these changes.
    matched: uploads near them, counted as parts find them. finished_at: when the last part was done."""

    sweep_id: str
    entries: tuple[str, ...]
    started_at: datetime
    parts: int = 0
    parts_done: int = 0
    matched_uploads: int = 0
    finished_at: datetime | None = None
    bank_seq: int = 0


def split_into_parts(kind: SweepPartKind, upload_ids: Iterable[str], part_size: int) -> tuple[SweepPart, ...]:
    """Parts of so many uploads each."""
    ids = tuple(upload_ids)
    return tuple(
        SweepPart(kind, uploads=ids[start : start + part_size]) for start in range(0, len(ids), part_size)
    )

"""The content log: the hashes of every upload by the hour of registration, which sweeps search.

An hour is open while uploads are registered in it. A closed hour accepts no new lines, and is compacted into
segments: files of many uploads each. The manifest lists the segments in one item.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

_HOUR = "%Y-%m-%dT%H"


class HourState(StrEnum):
    OPEN = "open"
    """Uploads are registered in it."""
    CLOSED = "closed"
    """Lines written from now on are ignored."""
    ERASED = "erased"
    """It is compacted, and its lines are being deleted."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """The hashes of one upload."""

    upload_id: str
    """The upload's id."""
    sha256: bytes
    """SHA-256 of the file, 32 bytes."""
    views: bytes
    """The PDQ hashes of its views, 32 bytes each."""


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """A file of compacted lines."""

    key: str
    """The S3 key."""
    uploads: int
    """The number of uploads in the file."""
    views: int
    """The number of views in the file."""


@dataclass(frozen=True, slots=True)
class OrphanFile:
    """A file that no manifest refers to: replaced, or written but not listed yet.

    It is deleted with a delay, because a reader of the previous manifest may still read it.
    """

    key: str
    """The S3 key."""
    orphaned_at: datetime
    """When the file became an orphan."""


@dataclass(frozen=True, slots=True)
class LogPosition:
    """The position in an hour up to which lines are compacted."""

    hour: str
    """UTC, as 2027-03-01T12."""
    shard: int = 0
    """The first shard that is not fully compacted."""
    after_upload_id: str = ""
    """The last compacted upload of that shard; empty: none is."""


@dataclass(frozen=True, slots=True)
class LogManifest:
    """The files of the content log."""

    segments: tuple[SegmentFile, ...] = ()
    """The segments, the oldest first."""
    compacted: Mapping[str, datetime] = field(default_factory=dict)
    """When each fully compacted hour was compacted, by hour, while its lines still exist."""
    orphan_files: tuple[OrphanFile, ...] = ()
    """Files to be deleted later."""
    in_progress: LogPosition | None = None
    """The progress of an hour that is partly compacted; None: there is none."""
    version: int = 0
    """Incremented by each write."""


def hour_of(time: datetime) -> str:
    """Return the hour of a time, in UTC, as 2027-03-01T12."""
    return time.astimezone(UTC).strftime(_HOUR)


def hour_end(hour: str) -> datetime:
    """Return the time at which an hour ends."""
    return datetime.strptime(hour, _HOUR).replace(tzinfo=UTC) + timedelta(hours=1)

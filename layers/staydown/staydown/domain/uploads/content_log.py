"""The content log: the hashes of every upload by the hour of its registration, so that a sweep finds it.

An hour is open while uploads are registered in it. Once it is closed no more are, and it is folded into
segments: files of many uploads each. The manifest says, in one item, which files hold what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

_HOUR = "%Y-%m-%dT%H"


class HourState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    """Nothing that is written into it from now on counts."""
    ERASED = "erased"
    """It was folded, and its lines are being deleted."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """What the content log holds of an upload: sha256 (32 bytes), the hashes of its views (32 bytes each)."""

    upload_id: str
    sha256: bytes
    views: bytes


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """key: in S3. uploads, views: how many are in it."""

    key: str
    uploads: int
    views: int


@dataclass(frozen=True, slots=True)
class OrphanFile:
    """A file that nothing refers to, or will not be referred to unless its writer gets that far. since: when
    it became one; somebody who read the manifest just before may still be reading the file."""

    key: str
    orphaned_at: datetime


@dataclass(frozen=True, slots=True)
class LogPosition:
    """Where in an hour the lines that are not folded yet begin: in this shard, after this upload."""

    hour: str
    shard: int = 0
    after_upload_id: str = ""


@dataclass(frozen=True, slots=True)
class LogManifest:
    """What the log is made of, beside the hours that are not folded.

    segments: the oldest first. folded: hours that are in them whole, by when that was; their lines are still
    there. folding: how far an hour is folded that is not whole in them. version: bumped at each write.
    """

    segments: tuple[SegmentFile, ...] = ()
    compacted: Mapping[str, datetime] = field(default_factory=dict)
    orphan_files: tuple[OrphanFile, ...] = ()
    in_progress: LogPosition | None = None
    version: int = 0


def hour_of(time: datetime) -> str:
    return time.astimezone(UTC).strftime(_HOUR)


def hour_end(hour: str) -> datetime:
    return datetime.strptime(hour, _HOUR).replace(tzinfo=UTC) + timedelta(hours=1)

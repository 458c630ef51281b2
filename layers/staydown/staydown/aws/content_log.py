"""The content log in UploadsTable; its segments lie in S3, under `content/`.

| pk | sk | what |
| --- | --- | --- |
| `LOG#{hour}#{shard}` | `{upload_id}` | the hashes of an upload, in the hour in which it was registered |
| `HOURS` | `{hour}` | an hour that has lines, and its state |
| `CONTENT` | `MANIFEST` | which segments there are, and which hours they hold |

Why nothing is lost when an hour is closed: whoever registers an upload writes its line first and reads the
hour's state after that; whoever folds closes the hour first and reads its lines after that. So either the
line is folded, or who wrote it sees that the hour was closed, and writes it into a later one.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from staydown.aws.codec import Codec
from staydown.aws.table import Table
from staydown.aws.transaction import Transaction
from staydown.domain.errors import ConcurrentChange
from staydown.domain.uploads.content_log import (
    HourState,
    LogLine,
    LogManifest,
    LogPosition,
    hour_end,
    hour_of,
)
from staydown.domain.uploads.upload import Upload

SHARDS = 8
"""Partitions an hour: each takes some 1,000 uploads a second."""
DELETE_BATCH_SIZE = 1_000


class ContentLog:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)
        self._manifests = Codec(LogManifest)
        self._hours_marked: set[str] = set()

    def add_line(self, transaction: Transaction, upload: Upload) -> None:
        """The line of an upload that was read, in the hour in which it was received. Then `keep`."""
        self._put_line(transaction, hour_of(upload.received_at), upload)

    def ensure_in_open_hour(self, upload: Upload, now: datetime) -> None:
        """See to it that the line of an upload is in an hour that every later sweep reads, or in a segment.

        After it was added, and before the head of the bank is read.
        """
        hours = [hour_of(upload.received_at)]
        while self.get_hour_state(hours[-1]) is not HourState.OPEN:
            hours.append(max(hour_of(now), hour_of(hour_end(hours[-1]))))
            transaction = self._table.transaction()
            self._put_line(transaction, hours[-1], upload)
            transaction.commit()
        for hour in hours[:-1]:
            self._table.delete(_partition(hour, _shard(upload.upload_id)), upload.upload_id)

    def list_hours(self) -> Iterator[tuple[str, HourState]]:
        """The hours that have lines, oldest first."""
        return ((item["sk"], HourState(item["hour_state"])) for item in self._table.query("HOURS"))

    def get_hour_state(self, hour: str) -> HourState | None:
        """None: it has no lines (any more)."""
        item = self._table.get("HOURS", hour)
        return HourState(item["hour_state"]) if item is not None else None

    def transition_hour(self, hour: str, current: HourState, target: HourState) -> bool:
        """Change an hour's state; whether it has that state now, whoever set it."""
        transaction = self._table.transaction()
        transaction.put_if(
            self._table.name,
            {"pk": "HOURS", "sk": hour, "hour_state": target.value},
            condition="hour_state = :was",
            values={":was": current.value},
        )
        try:
            transaction.commit()
        except ConcurrentChange:
            return self.get_hour_state(hour) is target
        return True

    def iterate_lines(self, start: LogPosition, shards: int) -> Iterator[tuple[LogPosition, LogLine]]:
        """The lines from a place on in so many shards, each with the place behind it."""
        after = start.after_upload_id
        for shard in range(start.shard, min(start.shard + shards, SHARDS)):
            for item in self._table.query(_partition(start.hour, shard), after=after):
                here = LogPosition(start.hour, shard, item["sk"])
                yield here, LogLine(item["sk"], item["sha256"], item["views"])
            after = ""

    def get_manifest(self) -> LogManifest:
        """Strongly consistent, all of it as it was at one moment."""
        item = self._table.get("CONTENT", "MANIFEST")
        return self._manifests.load(item) if item is not None else LogManifest()

    def save_manifest(self, manifest: LogManifest) -> LogManifest:
        """In place of the version it was read at, else ConcurrentChange; as it is then."""
        transaction = self._table.transaction()
        item = {**self._manifests.dump(manifest), "pk": "CONTENT", "sk": "MANIFEST"}
        transaction.put_versioned(self._table.name, item, version=manifest.version)
        transaction.commit()
        return replace(manifest, version=manifest.version + 1)

    def delete_lines(self, hour: str) -> bool:
        """Delete some lines of an hour; whether none is left."""
        for shard in range(SHARDS):
            found = self._table.query(_partition(hour, shard))
            keys = [(item["pk"], item["sk"]) for item in islice(found, DELETE_BATCH_SIZE)]
            if keys:
                self._table.delete_many(keys)
                return False
        return True

    def delete_hour(self, hour: str) -> None:
        """There is no such hour any more."""
        self._table.delete("HOURS", hour)

    def _put_line(self, transaction: Transaction, hour: str, upload: Upload) -> None:
        if upload.fingerprint is None:
            raise ValueError(f"upload {upload.upload_id} was never read")
        self._register_hour(hour)
        line = {
            "pk": _partition(hour, _shard(upload.upload_id)),
            "sk": upload.upload_id,
            "sha256": upload.fingerprint.sha256,
            "views": b"".join(view.pdq.data for view in upload.fingerprint.views),
        }
        transaction.put(self._table.name, line)

    def _register_hour(self, hour: str) -> None:
        """Before the first line of an hour, so that no sweep overlooks it; once for each warm function."""
        if hour in self._hours_marked:
            return
        transaction = self._table.transaction()
        transaction.put_new(self._table.name, {"pk": "HOURS", "sk": hour, "hour_state": HourState.OPEN.value})
        try:
            transaction.commit()
        except ConcurrentChange:
            if self.get_hour_state(hour) is None:
                raise
        self._hours_marked.add(hour)


def _partition(hour: str, shard: int) -> str:
    return f"LOG#{hour}#{shard}"


def _shard(upload_id: str) -> int:
    return zlib.crc32(upload_id.encode()) % SHARDS

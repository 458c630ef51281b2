"""The content log in the uploads table. Its segments are in S3, under `content/`.

| pk | sk | item |
| --- | --- | --- |
| `LOG#{hour}#{shard}` | `{upload_id}` | a line: the hashes of an upload |
| `HOURS` | `{hour}` | an hour with lines, and its state |
| `CONTENT` | `MANIFEST` | the segments, and the hours that they contain |

No line is lost when an hour is closed. A scan writes its line and then reads the state of the hour.
Compaction closes the hour and then reads its lines. So either compaction reads the line, or the scan finds
the hour closed and writes the line to a later hour.
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
"""Partitions of an hour. Each takes about 1,000 uploads per second."""
DELETE_BATCH_SIZE = 1_000


class ContentLog:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)
        self._manifests = Codec(LogManifest)
        self._hours_marked: set[str] = set()

    def add_line(self, transaction: Transaction, upload: Upload) -> None:
        """Write the line of a scanned upload to the hour of its receipt. Call `ensure_in_open_hour` after."""
        self._put_line(transaction, hour_of(upload.received_at), upload)

    def ensure_in_open_hour(self, upload: Upload, now: datetime) -> None:
        """Ensure that every later sweep reads the line of an upload, from an open hour or from a segment.

        Call it after `add_line` and before the head of the bank is read.
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
        """Yield the hours that have lines, and their states, oldest first."""
        return ((item["sk"], HourState(item["hour_state"])) for item in self._table.query("HOURS"))

    def get_hour_state(self, hour: str) -> HourState | None:
        """Return the state of an hour, or None if it has no lines."""
        item = self._table.get("HOURS", hour)
        return HourState(item["hour_state"]) if item is not None else None

    def transition_hour(self, hour: str, current: HourState, target: HourState) -> bool:
        """Change the state of an hour. Return whether it has the target state, also if another run set it."""
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
        """Yield the lines of `shards` shards from a position on, each with the position after it."""
        after = start.after_upload_id
        for shard in range(start.shard, min(start.shard + shards, SHARDS)):
            for item in self._table.query(_partition(start.hour, shard), after=after):
                position = LogPosition(start.hour, shard, item["sk"])
                yield position, LogLine(item["sk"], item["sha256"], item["views"])
            after = ""

    def get_manifest(self) -> LogManifest:
        """Return the manifest with a strongly consistent read."""
        item = self._table.get("CONTENT", "MANIFEST")
        return self._manifests.load(item) if item is not None else LogManifest()

    def save_manifest(self, manifest: LogManifest) -> LogManifest:
        """Replace the version that was read and return the saved manifest.

        Raise ConcurrentChange if it has changed.
        """
        transaction = self._table.transaction()
        item = {**self._manifests.dump(manifest), "pk": "CONTENT", "sk": "MANIFEST"}
        transaction.put_versioned(self._table.name, item, version=manifest.version)
        transaction.commit()
        return replace(manifest, version=manifest.version + 1)

    def delete_lines(self, hour: str) -> bool:
        """Delete a batch of lines of an hour. Return whether no lines remain."""
        for shard in range(SHARDS):
            found = self._table.query(_partition(hour, shard))
            keys = [(item["pk"], item["sk"]) for item in islice(found, DELETE_BATCH_SIZE)]
            if keys:
                self._table.delete_many(keys)
                return False
        return True

    def delete_hour(self, hour: str) -> None:
        """Remove an hour from the list of hours."""
        self._table.delete("HOURS", hour)

    def _put_line(self, transaction: Transaction, hour: str, upload: Upload) -> None:
        if upload.fingerprint is None:
            raise ValueError(f"upload {upload.upload_id} was not scanned")
        self._register_hour(hour)
        line = {
            "pk": _partition(hour, _shard(upload.upload_id)),
            "sk": upload.upload_id,
            "sha256": upload.fingerprint.sha256,
            "views": b"".join(view.pdq.data for view in upload.fingerprint.views),
        }
        transaction.put(self._table.name, line)

    def _register_hour(self, hour: str) -> None:
        """List an hour before its first line, so that sweeps find it; once per process and hour."""
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

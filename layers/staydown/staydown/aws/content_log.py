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

from staydown.aws.items import Codec
from staydown.aws.table import Table
from staydown.aws.transaction import Transaction
from staydown.domain.content_log import HourState, LogLine, Manifest, Place, end_of, hour_of
from staydown.domain.errors import ConcurrentChange
from staydown.domain.uploads import Upload

SHARDS = 8
"""Partitions an hour: each takes some 1,000 uploads a second."""
ERASED_AT_ONCE = 1_000


class ContentLog:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)
        self._manifests = Codec(Manifest)
        self._hours_marked: set[str] = set()

    def add(self, transaction: Transaction, upload: Upload) -> None:
        """The line of an upload that was read, in the hour in which it was received. Then `keep`."""
        self._write(transaction, hour_of(upload.received_at), upload)

    def keep(self, upload: Upload, now: datetime) -> None:
        """See to it that the line of an upload is in an hour that every later sweep reads, or in a segment.

        After it was added, and before the head of the bank is read.
        """
        hours = [hour_of(upload.received_at)]
        while self.state(hours[-1]) is not HourState.OPEN:
            hours.append(max(hour_of(now), hour_of(end_of(hours[-1]))))
            transaction = self._table.transaction()
            self._write(transaction, hours[-1], upload)
            transaction.commit()
        for hour in hours[:-1]:
            self._table.delete(_partition(hour, _shard(upload.upload_id)), upload.upload_id)

    def hours(self) -> Iterator[tuple[str, HourState]]:
        """The hours that have lines, oldest first."""
        return ((item["sk"], HourState(item["hour_state"])) for item in self._table.query("HOURS"))

    def state(self, hour: str) -> HourState | None:
        """None: it has no lines (any more)."""
        item = self._table.get("HOURS", hour)
        return HourState(item["hour_state"]) if item is not None else None

    def move_on(self, hour: str, state: HourState, then: HourState) -> bool:
        """Change an hour's state; whether it has that state now, whoever set it."""
        transaction = self._table.transaction()
        transaction.put_if(
            self._table.name,
            {"pk": "HOURS", "sk": hour, "hour_state": then.value},
            condition="hour_state = :was",
            values={":was": state.value},
        )
        try:
            transaction.commit()
        except ConcurrentChange:
            return self.state(hour) is then
        return True

    def lines(self, place: Place, shards: int) -> Iterator[tuple[Place, LogLine]]:
        """The lines from a place on in so many shards, each with the place behind it."""
        after = place.after
        for shard in range(place.shard, min(place.shard + shards, SHARDS)):
            for item in self._table.query(_partition(place.hour, shard), after=after):
                here = Place(place.hour, shard, item["sk"])
                yield here, LogLine(item["sk"], item["sha256"], item["views"])
            after = ""

    def manifest(self) -> Manifest:
        """Strongly consistent, all of it as it was at one moment."""
        item = self._table.get("CONTENT", "MANIFEST")
        return self._manifests.load(item) if item is not None else Manifest()

    def save(self, manifest: Manifest) -> Manifest:
        """In place of the version it was read at, else ConcurrentChange; as it is then."""
        transaction = self._table.transaction()
        item = {**self._manifests.dump(manifest), "pk": "CONTENT", "sk": "MANIFEST"}
        transaction.put_version(self._table.name, item, version=manifest.version)
        transaction.commit()
        return replace(manifest, version=manifest.version + 1)

    def erase(self, hour: str) -> bool:
        """Delete some lines of an hour; whether none is left."""
        for shard in range(SHARDS):
            found = self._table.query(_partition(hour, shard))
            keys = [(item["pk"], item["sk"]) for item in islice(found, ERASED_AT_ONCE)]
            if keys:
                self._table.delete_many(keys)
                return False
        return True

    def forget(self, hour: str) -> None:
        """There is no such hour any more."""
        self._table.delete("HOURS", hour)

    def _write(self, transaction: Transaction, hour: str, upload: Upload) -> None:
        if upload.fingerprint is None:
            raise ValueError(f"upload {upload.upload_id} was never read")
        self._mark(hour)
        line = {
            "pk": _partition(hour, _shard(upload.upload_id)),
            "sk": upload.upload_id,
            "sha256": upload.fingerprint.sha256,
            "views": b"".join(view.pdq.data for view in upload.fingerprint.views),
        }
        transaction.put(self._table.name, line)

    def _mark(self, hour: str) -> None:
        """Before the first line of an hour, so that no sweep overlooks it; once for each warm function."""
        if hour in self._hours_marked:
            return
        transaction = self._table.transaction()
        transaction.put_new(self._table.name, {"pk": "HOURS", "sk": hour, "hour_state": HourState.OPEN.value})
        try:
            transaction.commit()
        except ConcurrentChange:
            if self.state(hour) is None:
                raise
        self._hours_marked.add(hour)


def _partition(hour: str, shard: int) -> str:
    return f"LOG#{hour}#{shard}"


def _shard(upload_id: str) -> int:
    return zlib.crc32(upload_id.encode()) % SHARDS

"""Uploads, their tickets, and the links from bank entries to uploads. See also `content_log`.

| pk | sk | item |
| --- | --- | --- |
| `UPLOAD#{upload_id}` | `UPLOAD` | an upload; in the indexes `account` and `rest` (see `ErasureQueue`) |
| `UPLOAD#{upload_id}` | `TICKET` | the ticket of an upload |
| `STOPPED#{entry_id}` | `{upload_id}` | an upload that a bank entry stops, or stopped before |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from staydown.aws.codec import TIME_FORMAT, Codec, Item, to_dynamodb
from staydown.aws.table import Table
from staydown.aws.transaction import Transaction
from staydown.domain.accounts.strikes import Strike, StrikeHistory
from staydown.domain.bank.fingerprints import Fingerprint
from staydown.domain.uploads.upload import ErasureQueue, Upload, UploadTicket, is_strike

_TICKET_RETENTION = timedelta(days=1)
MAX_LISTED_UPLOADS = 1000
"""Uploads of an account that one query reads."""


class UploadsStore:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)
        self._uploads = Codec(Upload)
        self._fingerprints = Codec(Fingerprint)
        self._tickets = Codec(UploadTicket)

    def get(self, upload_id: str) -> Upload | None:
        item = self._table.get(f"UPLOAD#{upload_id}", "UPLOAD")
        return self._load(item) if item is not None else None

    def get_many(self, upload_ids: Iterable[str]) -> list[Upload]:
        """Return the uploads that exist, in the order of the ids."""
        ids = list(upload_ids)
        keys = [(f"UPLOAD#{upload_id}", "UPLOAD") for upload_id in ids]
        found = {upload.upload_id: upload for upload in map(self._load, self._table.get_many(keys))}
        return [found[upload_id] for upload_id in ids if upload_id in found]

    def get_ticket(self, upload_id: str) -> UploadTicket | None:
        item = self._table.get(f"UPLOAD#{upload_id}", "TICKET")
        return self._tickets.load(item) if item is not None else None

    def save_ticket(self, ticket: UploadTicket) -> None:
        keys = {"pk": f"UPLOAD#{ticket.upload_id}", "sk": "TICKET"}
        expires_at = int((ticket.valid_until + _TICKET_RETENTION).timestamp())
        transaction = self._table.transaction()
        transaction.put_new(
            self._table.name, {**self._tickets.dump(ticket), **keys, "expires_at": expires_at}
        )
        transaction.commit()

    def save(self, transaction: Transaction, upload: Upload) -> None:
        """Replace the version that was read."""
        keys = {"pk": f"UPLOAD#{upload.upload_id}", "sk": "UPLOAD"}
        item = {**self._uploads.dump(replace(upload, fingerprint=None)), **keys}
        if upload.fingerprint is not None:
            item["fingerprint"] = _pack_fingerprint(self._fingerprints.dump(upload.fingerprint))
        item["holder"] = _account_key(upload.platform, upload.account_id)
        if upload.erasure_queue is not None:
            moment = upload.updated_at.strftime(TIME_FORMAT)
            item |= {"rest": upload.erasure_queue.value, "rest_order": f"{moment}#{upload.upload_id}"}
        transaction.put_versioned(self._table.name, item, version=upload.version)

    def delete(self, transaction: Transaction, upload: Upload) -> None:
        """Delete an upload and its links. The commit raises ConcurrentChange if it has changed."""
        for entry_id in {*upload.blocking_entries} | {match.entry_id for match in upload.matches}:
            self.unlink_entry(transaction, upload.upload_id, entry_id)
        transaction.delete_if(
            self._table.name,
            {"pk": f"UPLOAD#{upload.upload_id}", "sk": "UPLOAD"},
            condition="version = :read_at",
            values={":read_at": upload.version},
        )

    def list_due_for_erasure(self, queue: ErasureQueue, *, until: datetime) -> Iterator[str]:
        """Yield the ids in an erasure queue since before `until`, oldest first.

        The index is eventually consistent.
        """
        arguments: dict[str, Any] = {
            "TableName": self._table.name,
            "IndexName": "rest",
            "KeyConditionExpression": "rest = :rest AND rest_order < :until",
            "ExpressionAttributeValues": to_dynamodb(
                {":rest": queue.value, ":until": until.strftime(TIME_FORMAT)}
            ),
        }
        while True:
            items, next_key = self._table.query_page(arguments)
            yield from (item["pk"].removeprefix("UPLOAD#") for item in items)
            if next_key is None:
                return
            arguments["ExclusiveStartKey"] = to_dynamodb(next_key)

    def get_strike_history(self, platform: str, account_id: str, *, since: datetime) -> StrikeHistory:
        """Return the strikes among the newest MAX_LISTED_UPLOADS uploads of an account since `since`.

        The index is eventually consistent.
        """
        arguments: dict[str, Any] = {
            "TableName": self._table.name,
            "IndexName": "account",
            "KeyConditionExpression": "holder = :holder AND received_at > :since",
            "ExpressionAttributeValues": to_dynamodb(
                {":holder": _account_key(platform, account_id), ":since": since.strftime(TIME_FORMAT)}
            ),
            "ScanIndexForward": False,
            "Limit": MAX_LISTED_UPLOADS,
        }
        items, _ = self._table.query_page(arguments)
        strikes = tuple(
            Strike(item["pk"].removeprefix("UPLOAD#"), datetime.fromisoformat(item["received_at"]))
            for item in items
            if is_strike(item["state"], item["reason"])
        )
        return StrikeHistory(strikes, len(items))

    def link_entry(self, transaction: Transaction, upload_id: str, entry_id: str) -> None:
        """Link an entry to an upload that it stops, so that the upload is found when the entry changes."""
        transaction.put(self._table.name, {"pk": f"STOPPED#{entry_id}", "sk": upload_id})

    def unlink_entry(self, transaction: Transaction, upload_id: str, entry_id: str) -> None:
        transaction.delete(self._table.name, {"pk": f"STOPPED#{entry_id}", "sk": upload_id})

    def list_stopped_by_entry(self, entry_id: str, after: str = "") -> Iterator[str]:
        """Yield the ids of uploads linked to an entry, in order, from behind `after` on."""
        return (item["sk"] for item in self._table.query(f"STOPPED#{entry_id}", after=after))

    def _load(self, item: Item) -> Upload:
        if item["fingerprint"] is not None:
            item = {**item, "fingerprint": _unpack_fingerprint(item["fingerprint"])}
        return self._uploads.load(item)


def _account_key(platform: str, account_id: str) -> str:
    return f"{platform}#{account_id}"


def _pack_fingerprint(fingerprint: Item) -> Item:
    """Store the 100 or so views of an image in three attributes: names, hashes and qualities."""
    views = fingerprint.pop("views")
    return {
        **fingerprint,
        "names": "\n".join(view["name"] for view in views),
        "hashes": b"".join(view["pdq"]["data"] for view in views),
        "qualities": bytes(view["quality"] for view in views),
    }


def _unpack_fingerprint(fingerprint: Item) -> Item:
    hashes = fingerprint["hashes"]
    views = [
        {"name": name, "pdq": {"data": hashes[32 * index : 32 * index + 32]}, "quality": quality}
        for index, (name, quality) in enumerate(
            zip(fingerprint["names"].split("\n"), fingerprint["qualities"], strict=True)
        )
    ]
    return {**fingerprint, "views": views}

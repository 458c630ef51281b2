"""Uploads, their tickets, and what entries of the bank stopped (the content log: `content_log`).

| pk | sk | what |
| --- | --- | --- |
| `UPLOAD#{upload_id}` | `UPLOAD` | the upload; in the indexes `account` (whose it is) and `rest` (see Rest) |
| `UPLOAD#{upload_id}` | `TICKET` | the leave to put it |
| `STOPPED#{entry_id}` | `{upload_id}` | an upload that an entry of the bank stopped, or once did |
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
"""Of an account's uploads, in one reading."""


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
        """Those that are there, in the order asked for."""
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
        """In place of the version it was read at."""
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
        """Delete its record and its links; ConcurrentChange when it is another by now."""
        stopping = {cause.removeprefix("entry:") for cause in upload.stops if cause.startswith("entry:")}
        for entry_id in stopping | {match.entry_id for match in upload.matches}:
            self.unlink_entry(transaction, upload.upload_id, entry_id)
        transaction.delete_if(
            self._table.name,
            {"pk": f"UPLOAD#{upload.upload_id}", "sk": "UPLOAD"},
            condition="version = :read_at",
            values={":read_at": upload.version},
        )

    def list_due_for_erasure(self, queue: ErasureQueue, *, until: datetime) -> Iterator[str]:
        """Ids of those that rest so since then or longer, the longest first. The index lags by moments."""
        arguments: dict[str, Any] = {
            "TableName": self._table.name,
            "IndexName": "rest",
            "KeyConditionExpression": "rest = :rest AND rest_order < :until",
            "ExpressionAttributeValues": to_dynamodb(
                {":rest": queue.value, ":until": until.strftime(TIME_FORMAT)}
            ),
        }
        while True:
            items, following = self._table.query_page(arguments)
            yield from (item["pk"].removeprefix("UPLOAD#") for item in items)
            if following is None:
                return
            arguments["ExclusiveStartKey"] = to_dynamodb(following)

    def get_strike_history(self, platform: str, account_id: str, *, since: datetime) -> StrikeHistory:
        """Of the newest MOST_SEEN uploads of an account since then. The index lags by moments."""
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
        """So that the upload is found when the entry goes."""
        transaction.put(self._table.name, {"pk": f"STOPPED#{entry_id}", "sk": upload_id})

    def unlink_entry(self, transaction: Transaction, upload_id: str, entry_id: str) -> None:
        transaction.delete(self._table.name, {"pk": f"STOPPED#{entry_id}", "sk": upload_id})

    def list_stopped_by_entry(self, entry_id: str, after: str = "") -> Iterator[str]:
        """Ids, in order, behind that one."""
        return (item["sk"] for item in self._table.query(f"STOPPED#{entry_id}", after=after))

    def _load(self, item: Item) -> Upload:
        if item["fingerprint"] is not None:
            item = {**item, "fingerprint": _unpack_fingerprint(item["fingerprint"])}
        return self._uploads.load(item)


def _account_key(platform: str, account_id: str) -> str:
    return f"{platform}#{account_id}"


def _pack_fingerprint(fingerprint: Item) -> Item:
    """An image has a hundred views: one attribute of all names, one of all hashes, one of all qualities."""
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
        {"name": name, "pdq": {"data": hashes[32 * place : 32 * place + 32]}, "quality": quality}
        for place, (name, quality) in enumerate(
            zip(fingerprint["names"].split("\n"), fingerprint["qualities"], strict=True)
        )
    ]
    return {**fingerprint, "views": views}

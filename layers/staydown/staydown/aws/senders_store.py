"""Senders, and what each has reported, in the table of the cases.

| pk | sk | what |
| --- | --- | --- |
| `SENDER#{sender_id}` | `SENDER` | where who reports stands on the ladder of warnings |

Their reports are in the index `queue`, under `sender:{sender_id}`. Whose account a sender is stands in the
table of who reported, and nowhere else.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from staydown.aws.cases_store import queue_of_sender
from staydown.aws.items import Codec, to_dynamodb
from staydown.aws.table import Table
from staydown.aws.transaction import Transaction
from staydown.domain.deadlines import queue_order
from staydown.domain.reports import Report
from staydown.domain.senders import Sender

MOST_SEEN = 100
"""Of a sender's reports, in one reading."""


class SendersStore:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)
        self._senders = Codec(Sender)
        self._reports = Codec(Report)

    def get(self, sender_id: str) -> Sender:
        item = self._table.get(f"SENDER#{sender_id}", "SENDER")
        return self._senders.load(item) if item is not None else Sender(sender_id)

    def save(self, transaction: Transaction, sender: Sender) -> None:
        """In place of the version it was read at."""
        keys = {"pk": f"SENDER#{sender.sender_id}", "sk": "SENDER"}
        transaction.put_version(
            self._table.name, {**self._senders.dump(sender), **keys}, version=sender.version
        )

    def reports_of(self, sender_id: str, *, since: datetime) -> list[Report]:
        """The newest MOST_SEEN reports of a sender since then. The index lags by moments."""
        arguments: dict[str, Any] = {
            "TableName": self._table.name,
            "IndexName": "queue",
            "KeyConditionExpression": "queue = :queue AND queue_order > :since",
            "ExpressionAttributeValues": to_dynamodb(
                {":queue": queue_of_sender(sender_id), ":since": queue_order(since, "")}
            ),
            "ScanIndexForward": False,
            "Limit": MOST_SEEN,
        }
        items, _ = self._table.page(arguments)
        return [self._reports.load(item) for item in items]

"""The outbox: events are written in the transaction of the change that they announce, then published.

| pk | sk | item |
| --- | --- | --- |
| `{event_id}` | `EVENT` | an event that is not published yet |

The table's stream triggers the publisher, which deletes each published event. So a missing item tells the
publisher that a repeated stream record was already published.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from staydown.aws.table import Table
from staydown.aws.transaction import Transaction
from staydown.domain.events import Event, EventEnvelope, EventType
from staydown.domain.ids import new_id


class Outbox:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)

    def add(self, transaction: Transaction, event: Event, *, at: datetime) -> None:
        """Add an event that happened at `at` to the transaction."""
        event_id = new_id(at)
        item = {
            "pk": event_id,
            "sk": "EVENT",
            "type": event.type.value,
            "detail": json.dumps(event.detail(), separators=(",", ":")),
            "at": at.isoformat(),
        }
        transaction.put_new(self._table.name, item)

    def list_pending(self, event_ids: Iterable[str]) -> Iterator[EventEnvelope]:
        """Yield the events among these ids that are not published yet."""
        for item in self._table.get_many((event_id, "EVENT") for event_id in event_ids):
            at = datetime.fromisoformat(item["at"])
            yield EventEnvelope(item["pk"], EventType(item["type"]), at, json.loads(item["detail"]))

    def delete(self, event_id: str) -> None:
        """Delete a published event."""
        self._table.delete(event_id, "EVENT")

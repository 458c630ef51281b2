"""The event bus that client apps and the stack's own queues subscribe to."""

from __future__ import annotations

import json
from typing import Any

from staydown.domain.events import EventEnvelope

SOURCE = "staydown"
MAX_BATCH_SIZE = 10
"""The limit of PutEvents."""


class EventBus:
    def __init__(self, client: Any, bus: str) -> None:
        self._client = client
        self._bus = bus

    def publish(self, envelopes: list[EventEnvelope]) -> list[EventEnvelope]:
        """Publish at most MAX_BATCH_SIZE events and return those that EventBridge accepted."""
        entries = [
            {
                "Source": SOURCE,
                "DetailType": one.type.value,
                "Detail": json.dumps({"id": one.event_id, "time": one.at.isoformat(), **one.detail}),
                "EventBusName": self._bus,
                "Time": one.at,
            }
            for one in envelopes
        ]
        response = self._client.put_events(Entries=entries)
        results = zip(envelopes, response["Entries"], strict=True)
        return [envelope for envelope, result in results if "EventId" in result]

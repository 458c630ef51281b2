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

    def publish(self, events: list[EventEnvelope]) -> list[EventEnvelope]:
        """Publish at most MAX_BATCH_SIZE events and return those that EventBridge accepted."""
        entries = [
            {
                "Source": SOURCE,
                "DetailType": event.type.value,
                "Detail": json.dumps({"id": event.event_id, "time": event.at.isoformat(), **event.detail}),
                "EventBusName": self._bus,
                "Time": event.at,
            }
            for event in events
        ]
        response = self._client.put_events(Entries=entries)
        return [
            event for event, result in zip(events, response["Entries"], strict=True) if "EventId" in result
        ]

"""The bus that client apps and the stack's own queues hear."""

from __future__ import annotations

import json
from typing import Any

from staydown.domain.events import EventEnvelope

SOURCE = "staydown"
MAX_BATCH_SIZE = 10
"""What one PutEvents takes."""


class EventBus:
    def __init__(self, client: Any, bus: str) -> None:
        self._client = client
        self._bus = bus

    def publish(self, events: list[EventEnvelope]) -> list[EventEnvelope]:
        """Put at most MAX_EVENTS on the bus; those that it took."""
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
        answer = self._client.put_events(Entries=entries)
        return [event for event, result in zip(events, answer["Entries"], strict=True) if "EventId" in result]

"""Parse the events that EventBridge delivers to a queue."""

from __future__ import annotations

import json
from datetime import datetime

from staydown.domain.events import EventEnvelope, EventType


def parse_event(body: str) -> EventEnvelope:
    """Return the event in a message. Raise ValueError, KeyError or TypeError if it is not one of ours."""
    message = json.loads(body)
    detail = dict(message["detail"])
    event_id, at = str(detail.pop("id")), datetime.fromisoformat(detail.pop("time"))
    return EventEnvelope(event_id, EventType(message["detail-type"]), at, detail)

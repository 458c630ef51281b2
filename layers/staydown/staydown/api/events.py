"""What the bus puts into a queue, as an event again."""

from __future__ import annotations

import json
from datetime import datetime

from staydown.domain.events import EventEnvelope, EventType


def parse_event(body: str) -> EventEnvelope:
    """Raise ValueError, KeyError or TypeError for what is none of ours."""
    message = json.loads(body)
    detail = dict(message["detail"])
    event_id, at = str(detail.pop("id")), datetime.fromisoformat(detail.pop("time"))
    return EventEnvelope(event_id, EventType(message["detail-type"]), at, detail)

"""Events as EventBridge delivers them to a queue."""

from __future__ import annotations

from typing import Any

from staydown.domain.events import Event


def event_message(event: Event) -> dict[str, Any]:
    """Return the body of the message, before it is JSON."""
    detail = {"id": "event", "time": "2027-03-01T12:00:00+00:00", **event.detail()}
    return {"detail-type": event.type.value, "detail": detail}

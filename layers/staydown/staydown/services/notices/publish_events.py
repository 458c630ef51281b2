"""What the outbox holds goes onto the bus, once."""

from __future__ import annotations

from collections.abc import Sequence

from staydown.aws.event_bus import MAX_BATCH_SIZE
from staydown.aws.stack import Stack


def publish_events(stack: Stack, event_ids: Sequence[str]) -> set[str]:
    """Publish those that still wait; the ids of those that the bus did not take, to be told again.

    An event that was published is gone from the outbox, so a second delivery finds nothing to do. Only a
    crash between the two can send one twice; its id is the same then.
    """
    refused: set[str] = set()
    waiting = sorted(stack.outbox.list_pending(event_ids), key=lambda event: event.event_id)
    for start in range(0, len(waiting), MAX_BATCH_SIZE):
        events = waiting[start : start + MAX_BATCH_SIZE]
        taken = stack.event_bus.publish(events)
        for event in taken:
            stack.outbox.delete(event.event_id)
        refused |= {event.event_id for event in events} - {event.event_id for event in taken}
    return refused

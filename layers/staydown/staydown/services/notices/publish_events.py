"""Publishing the events of the outbox."""

from __future__ import annotations

from collections.abc import Sequence

from staydown.aws.event_bus import MAX_BATCH_SIZE
from staydown.aws.stack import Stack


def publish_events(stack: Stack, event_ids: Sequence[str]) -> set[str]:
    """Publish the pending events among these. Return the ids of those that the bus refused, to be retried.

    A published event is deleted from the outbox, so a second delivery finds nothing to do. Only a crash
    between publishing and deleting can publish an event twice, with the same id.
    """
    refused: set[str] = set()
    pending = sorted(stack.outbox.list_pending(event_ids), key=lambda envelope: envelope.event_id)
    for start in range(0, len(pending), MAX_BATCH_SIZE):
        batch = pending[start : start + MAX_BATCH_SIZE]
        accepted = stack.event_bus.publish(batch)
        for envelope in accepted:
            stack.outbox.delete(envelope.event_id)
        refused |= {one.event_id for one in batch} - {one.event_id for one in accepted}
    return refused

"""Writing the heads of the audit chains to locked storage, on a schedule.

An anchor is written before its heads are marked as anchored. A later run completes the anchor of a run that
was interrupted, unchanged, under its number.
"""

from __future__ import annotations

from itertools import islice

from staydown.aws.stack import Stack
from staydown.domain.audit.anchors import Anchor
from staydown.domain.errors import ConcurrentChange
from staydown.services.retries import retry_on_conflict

HEADS_PER_ANCHOR = 1000
"""Heads of chains in one anchor at most."""
MAX_ANCHORS_PER_RUN = 20
"""Anchors that one run writes at most."""


def anchor_audit(stack: Stack) -> list[Anchor]:
    """Write at most MAX_ANCHORS_PER_RUN anchors of queued heads, and return them."""
    written = []
    for _ in range(MAX_ANCHORS_PER_RUN):
        anchor = _write_next_anchor(stack)
        if anchor is None:
            break
        written.append(anchor)
    return written


@retry_on_conflict
def _write_next_anchor(stack: Stack) -> Anchor | None:
    last = stack.anchors.last_anchor_head()
    interrupted = stack.anchors.read_anchor(last.seq + 1)
    if interrupted is not None:
        anchor = Anchor.from_json(interrupted)
    else:
        heads = tuple(islice(stack.anchors.list_queued_heads(), HEADS_PER_ANCHOR))
        if not heads:
            return None
        anchor = Anchor(last.seq + 1, stack.now(), last.digest, heads)
        stack.anchors.write_anchor(anchor)
    for chain, head in anchor.heads:
        try:
            stack.anchors.record_anchored_head(anchor, chain, head, is_queued=True)
        except ConcurrentChange:
            # The chain was extended meanwhile: its newer head stays queued for the next anchor.
            stack.anchors.record_anchored_head(anchor, chain, head, is_queued=False)
    stack.anchors.advance_last_anchor(anchor)
    return anchor

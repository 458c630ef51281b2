"""Writes the heads of the audit's chains where they are locked, by a schedule.

An anchor is written before it is done with. What a run that was stopped has left, the next run finds under
its number, and takes it as it is.
"""

from __future__ import annotations

from itertools import islice

from staydown.aws.stack import Stack
from staydown.domain.audit.anchors import Anchor
from staydown.domain.errors import ConcurrentChange
from staydown.services.retries import retry_on_conflict

HEADS_PER_ANCHOR = 1000
MAX_ANCHORS_PER_RUN = 20


def anchor_audit(stack: Stack) -> list[Anchor]:
    """Anchor what waits, ANCHORS_A_RUN at most; the anchors, of which the rest is for the next run."""
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
    left = stack.anchors.read_anchor(last.seq + 1)
    if left is not None:
        anchor = Anchor.from_json(left)
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
            # The chain went on meanwhile: its newer head waits for the next anchor.
            stack.anchors.record_anchored_head(anchor, chain, head, is_queued=False)
    stack.anchors.advance_last_anchor(anchor)
    return anchor

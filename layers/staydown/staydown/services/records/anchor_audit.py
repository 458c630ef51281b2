"""Writes the heads of the audit's chains where they are locked, by a schedule.

An anchor is written before it is done with. What a run that was stopped has left, the next run finds under
its number, and takes it as it is.
"""

from __future__ import annotations

from itertools import islice

from staydown.aws.stack import Stack
from staydown.domain.anchors import Anchor
from staydown.domain.errors import ConcurrentChange
from staydown.services.retrying import retried

HEADS_AN_ANCHOR = 1000
ANCHORS_A_RUN = 20


def anchor_audit(stack: Stack) -> list[Anchor]:
    """Anchor what waits, ANCHORS_A_RUN at most; the anchors, of which the rest is for the next run."""
    written = []
    for _ in range(ANCHORS_A_RUN):
        anchor = _anchor_some(stack)
        if anchor is None:
            break
        written.append(anchor)
    return written


@retried
def _anchor_some(stack: Stack) -> Anchor | None:
    last = stack.anchors.last()
    left = stack.anchors.read(last.seq + 1)
    if left is not None:
        anchor = Anchor.from_text(left)
    else:
        heads = tuple(islice(stack.anchors.waiting(), HEADS_AN_ANCHOR))
        if not heads:
            return None
        anchor = Anchor(last.seq + 1, stack.now(), last.digest, heads)
        stack.anchors.write(anchor)
    for chain, head in anchor.heads:
        try:
            stack.anchors.done(anchor, chain, head, still_waits=True)
        except ConcurrentChange:
            # The chain went on meanwhile: its newer head waits for the next anchor.
            stack.anchors.done(anchor, chain, head, still_waits=False)
    stack.anchors.finish(anchor)
    return anchor

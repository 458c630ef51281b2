"""Counting the audit: each record once, however often, late or out of order its news comes."""

from __future__ import annotations

from itertools import islice

from staydown.aws.stack import Stack
from staydown.domain.audit import ChainHead
from staydown.domain.figures import Added, count
from staydown.services.retrying import retried

AT_ONCE = 15
"""Records counted in one transaction: each adds to five items at most, and DynamoDB takes 100 writes."""


def count_chain(stack: Stack, chain: str) -> int:
    """Count what was not counted yet of a chain, in its order; how many records that were.

    What a lost message told of is counted with the chain's next one.
    """
    total = 0
    while counted := _count_some(stack, chain):
        total += counted
    return total


@retried
def _count_some(stack: Stack, chain: str) -> int:
    """The next records and how far that is, in one transaction: so none is counted twice.

    The last of them waits to be anchored from then on.
    """
    before = progress = stack.figures.progress(chain)
    added: list[Added] = []
    for record in islice(stack.audit.records(chain, after=before.seq), AT_ONCE):
        progress, more = count(progress, record)
        added += more
    if progress.seq == before.seq:
        return 0
    transaction = stack.transaction()
    stack.figures.save_progress(transaction, chain, progress, counted=before)
    stack.figures.add(transaction, added)
    stack.anchors.note(transaction, chain, ChainHead(progress.seq, progress.digest))
    transaction.commit()
    return progress.seq - before.seq

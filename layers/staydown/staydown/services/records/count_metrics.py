"""Counting the audit: each record once, however often, late or out of order its news comes."""

from __future__ import annotations

from itertools import islice

from staydown.aws.stack import Stack
from staydown.domain.audit.chain import ChainHead
from staydown.domain.metrics import Increment, count_record
from staydown.services.retries import retry_on_conflict

RECORDS_PER_TRANSACTION = 15
"""Records counted in one transaction: each adds to five items at most, and DynamoDB takes 100 writes."""


def count_chain_records(stack: Stack, chain: str) -> int:
    """Count what was not counted yet of a chain, in its order; how many records that were.

    What a lost message told of is counted with the chain's next one.
    """
    total = 0
    while counted := _count_next_records(stack, chain):
        total += counted
    return total


@retry_on_conflict
def _count_next_records(stack: Stack, chain: str) -> int:
    """The next records and how far that is, in one transaction: so none is counted twice.

    The last of them waits to be anchored from then on.
    """
    before = progress = stack.metrics.get_cursor(chain)
    added: list[Increment] = []
    for record in islice(stack.audit.list_records(chain, after=before.seq), RECORDS_PER_TRANSACTION):
        progress, more = count_record(progress, record)
        added += more
    if progress.seq == before.seq:
        return 0
    transaction = stack.transaction()
    stack.metrics.save_cursor(transaction, chain, progress, expected=before)
    stack.metrics.add_increments(transaction, added)
    stack.anchors.queue_head(transaction, chain, ChainHead(progress.seq, progress.digest))
    transaction.commit()
    return progress.seq - before.seq

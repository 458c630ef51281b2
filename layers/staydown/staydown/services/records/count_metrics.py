"""Counting audit records into metrics: each once, also where messages are repeated, late or out of order."""

from __future__ import annotations

from itertools import islice

from staydown.aws.stack import Stack
from staydown.domain.audit.chain import ChainHead
from staydown.domain.metrics import Increment, count_record
from staydown.services.retries import retry_on_conflict

RECORDS_PER_TRANSACTION = 15
"""Records counted in one transaction: each changes at most five items, and DynamoDB takes 100 writes."""


def count_chain_records(stack: Stack, chain: str) -> int:
    """Count the records of a chain that are not counted yet, in order. Return how many there were.

    So the next message of the chain makes up for a lost one.
    """
    total = 0
    while counted := _count_next_records(stack, chain):
        total += counted
    return total


@retry_on_conflict
def _count_next_records(stack: Stack, chain: str) -> int:
    """Count the next records and move the cursor, in one transaction, so that none is counted twice.

    The transaction also queues the head of the last record to be anchored.
    """
    before = cursor = stack.metrics.get_cursor(chain)
    increments: list[Increment] = []
    for record in islice(stack.audit.list_records(chain, after=before.seq), RECORDS_PER_TRANSACTION):
        cursor, more = count_record(cursor, record)
        increments += more
    if cursor.seq == before.seq:
        return 0
    transaction = stack.transaction()
    stack.metrics.save_cursor(transaction, chain, cursor, expected=before)
    stack.metrics.add_increments(transaction, increments)
    stack.anchors.queue_head(transaction, chain, ChainHead(cursor.seq, cursor.digest))
    transaction.commit()
    return cursor.seq - before.seq

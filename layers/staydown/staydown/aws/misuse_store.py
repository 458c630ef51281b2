"""Misuse reviews, in the cases table.

| pk | sk | item |
| --- | --- | --- |
| `MISUSE#{review_id}` | `REVIEW` | a review; in the index `queue` while it is pending or suspends |
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from staydown.aws.cases_store import CasesStore
from staydown.aws.codec import Codec, Item
from staydown.aws.table import Table
from staydown.aws.transaction import Transaction
from staydown.domain.accounts.misuse import MisuseReview
from staydown.domain.cases.deadlines import queue_sort_key

PENDING_REVIEWS = "misuse"
ACTIVE_SUSPENSIONS = "suspended"


class MisuseStore:
    """Reads and writes misuse reviews. retention: how long a closed review is kept."""

    def __init__(self, client: Any, table: str, retention: timedelta) -> None:
        self._table = Table(client, table)
        self._query_queue = CasesStore(client, table).query_queue
        self._reviews = Codec(MisuseReview)
        self._retention = retention

    def get(self, review_id: str) -> MisuseReview | None:
        item = self._table.get(f"MISUSE#{review_id}", "REVIEW")
        return self._reviews.load(item) if item is not None else None

    def save(self, transaction: Transaction, review: MisuseReview) -> None:
        """Replace the version that was read."""
        item = {**self._reviews.dump(review), "pk": f"MISUSE#{review.review_id}", "sk": "REVIEW"}
        if review.is_pending:
            item |= {
                "queue": PENDING_REVIEWS,
                "queue_order": queue_sort_key(review.opened_at, review.review_id),
            }
        elif review.is_suspension_active and review.decision is not None:
            order = queue_sort_key(review.decision.suspended_until, review.review_id)
            item |= {"queue": ACTIVE_SUSPENSIONS, "queue_order": order}
        if review.closed_at is not None:
            item["expires_at"] = int((review.closed_at + self._retention).timestamp())
        transaction.put_versioned(self._table.name, item, version=review.version)

    def list_queue(
        self, queue: str, *, after: Item | None = None, limit: int = 50
    ) -> tuple[list[MisuseReview], Item | None]:
        """Return a page of a queue, and the start key of the next page (None for the last).

        Pending reviews come oldest first; suspensions come in order of their end.
        """
        items, following = self._query_queue(queue, after=after, limit=limit)
        return [self._reviews.load(item) for item in items], following

    def list_ending_suspensions(self, *, until: datetime) -> Iterator[str]:
        """Yield the ids of suspensions that end by `until`, in order. The index is eventually consistent."""
        after: Item | None = None
        while True:
            items, after = self._query_queue(ACTIVE_SUSPENSIONS, after=after)
            for item in items:
                if item["queue_order"] > queue_sort_key(until, "\uffff"):
                    return
                yield str(item["review_id"])
            if after is None:
                return

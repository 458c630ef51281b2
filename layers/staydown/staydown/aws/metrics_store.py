"""Counters, and the last counted record of each audit chain.

| pk | sk | item |
| --- | --- | --- |
| `DAY#{2027-03}` | `{day}` | the counters of a day |
| `DAY#{2027-03}` | `{day}#{reviewer}` | the counters of a reviewer on a day |
| `NOW` | `cases` | the number of cases by state |
| `NOW` | `opened#{hour}`, `due#{hour}` | the number of undecided cases by hour of opening and of deadline |
| `CHAIN#{chain}` | `COUNTED` | the last counted record of a chain |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from staydown.aws.codec import Codec, Item
from staydown.aws.table import Table
from staydown.aws.transaction import Transaction
from staydown.domain.metrics import ChainCursor, CounterScope, Increment

_KEYS = {"pk", "sk", "expires_at"}
_REVIEWER_COUNTERS_RETENTION = timedelta(days=400)
"""Counters of a reviewer: one year for the yearly report, and a month to write it."""


@dataclass(frozen=True, slots=True)
class CounterRow:
    """The counters of a day, or of one reviewer on that day."""

    day: date
    reviewer: str | None
    """None for the counters of the whole day."""
    counters: Mapping[str, int]


class MetricsStore:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)
        self._cursors = Codec(ChainCursor)

    def get_cursor(self, chain: str) -> ChainCursor:
        item = self._table.get(f"CHAIN#{chain}", "COUNTED")
        return self._cursors.load(item) if item is not None else ChainCursor()

    def save_cursor(
        self, transaction: Transaction, chain: str, cursor: ChainCursor, *, expected: ChainCursor
    ) -> None:
        """Replace the cursor `expected`. The commit raises ConcurrentChange if it has changed."""
        item = {**self._cursors.dump(cursor), "pk": f"CHAIN#{chain}", "sk": "COUNTED"}
        transaction.put_if(
            self._table.name,
            item,
            condition="seq = :counted" if expected.seq else "attribute_not_exists(pk)",
            values={":counted": expected.seq} if expected.seq else None,
        )

    def delete_cursor(self, chain: str) -> None:
        """Delete the cursor of an erased chain. Its counts stay."""
        self._table.delete(f"CHAIN#{chain}", "COUNTED")

    def add_increments(self, transaction: Transaction, increments: Iterable[Increment]) -> None:
        """Add the increments to their counters, with one write for each item."""
        sums: dict[tuple[str, str], Counter[str]] = {}
        for increment in increments:
            sums.setdefault(counter_key(increment), Counter())[increment.name] += increment.amount
        for (pk, sk), counters in sums.items():
            changed = {name: amount for name, amount in counters.items() if amount}
            if changed:
                key = {"pk": pk, "sk": sk}
                transaction.increment(self._table.name, key, changed, expires_at=_expires_at(pk, sk))

    def list_counters(self, first: date, last: date) -> Iterator[CounterRow]:
        """Yield the counters from the first day to the last, with one query for each month."""
        month = first.replace(day=1)
        while month <= last:
            next_month = (month + timedelta(days=32)).replace(day=1)
            start, end = max(first, month), min(last, next_month - timedelta(days=1))
            # `~` sorts after every character of an id: this excludes the day before and its reviewers.
            after, upto = f"{start.day - 1:02}~", f"{end.day:02}~"
            for item in self._table.query(f"DAY#{month:%Y-%m}", after=after, through=upto):
                day, _, reviewer = item["sk"].partition("#")
                yield CounterRow(month.replace(day=int(day)), reviewer or None, _counters(item))
            month = next_month

    def current_counters(self) -> Mapping[str, Mapping[str, int]]:
        """Return the counters of `cases` by state, and of each `opened#{hour}` and `due#{hour}`."""
        return {item["sk"]: _counters(item) for item in self._table.query("NOW")}


def counter_key(increment: Increment) -> tuple[str, str]:
    """Return the pk and sk of the item that holds a counter."""
    if increment.scope in {CounterScope.DAY, CounterScope.REVIEWER}:
        return f"DAY#{increment.key[:7]}", increment.key[8:]
    return "NOW", f"{increment.scope.value}#{increment.key}" if increment.key else increment.scope.value


def _expires_at(pk: str, sk: str) -> int | None:
    if "#" not in sk or pk == "NOW":
        return None
    day = datetime.fromisoformat(f"{pk.removeprefix('DAY#')}-{sk[:2]}T00:00:00+00:00")
    return int((day + _REVIEWER_COUNTERS_RETENTION).timestamp())


def _counters(item: Item) -> dict[str, int]:
    return {name: value for name, value in item.items() if name not in _KEYS and value}

"""Counters, and how far each chain of the audit was counted.

| pk | sk | what |
| --- | --- | --- |
| `DAY#{2027-03}` | `{day}` | the counters of a day |
| `DAY#{2027-03}` | `{day}#{reviewer}` | what a reviewer did on that day |
| `NOW` | `cases` | cases by state |
| `NOW` | `opened#{hour}`, `due#{hour}` | cases that wait, by the hour they were opened in and are due in |
| `CHAIN#{chain}` | `COUNTED` | its last record that was counted |
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
"""What each reviewer did: a year's report, and a month to write it."""


@dataclass(frozen=True, slots=True)
class CounterRow:
    """reviewer: None for the counters of the day itself."""

    day: date
    reviewer: str | None
    counters: Mapping[str, int]


class MetricsStore:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)
        self._progress = Codec(ChainCursor)

    def get_cursor(self, chain: str) -> ChainCursor:
        item = self._table.get(f"CHAIN#{chain}", "COUNTED")
        return self._progress.load(item) if item is not None else ChainCursor()

    def save_cursor(
        self, transaction: Transaction, chain: str, cursor: ChainCursor, *, expected: ChainCursor
    ) -> None:
        """In place of what was counted before; ConcurrentChange when another was faster."""
        item = {**self._progress.dump(cursor), "pk": f"CHAIN#{chain}", "sk": "COUNTED"}
        transaction.put_if(
            self._table.name,
            item,
            condition="seq = :counted" if expected.seq else "attribute_not_exists(pk)",
            values={":counted": expected.seq} if expected.seq else None,
        )

    def delete_cursor(self, chain: str) -> None:
        """What was counted stays counted; how far that was is of no use without the chain."""
        self._table.delete(f"CHAIN#{chain}", "COUNTED")

    def add_increments(self, transaction: Transaction, increments: Iterable[Increment]) -> None:
        """Add to the counters, each item once."""
        sums: dict[tuple[str, str], Counter[str]] = {}
        for one in increments:
            sums.setdefault(counter_key(one), Counter())[one.name] += one.amount
        for (pk, sk), counters in sums.items():
            changed = {name: by for name, by in counters.items() if by}
            if changed:
                key = {"pk": pk, "sk": sk}
                transaction.increment(self._table.name, key, changed, expires_at=_expires_at(pk, sk))

    def list_counters(self, first: date, last: date) -> Iterator[CounterRow]:
        """What was counted from the first day to the last, a query a month."""
        month = first.replace(day=1)
        while month <= last:
            following = (month + timedelta(days=32)).replace(day=1)
            start, end = max(first, month), min(last, following - timedelta(days=1))
            # `~` comes after every character of an id, so the day before is left out with its reviewers.
            after, upto = f"{start.day - 1:02}~", f"{end.day:02}~"
            for item in self._table.query(f"DAY#{month:%Y-%m}", after=after, through=upto):
                day, _, reviewer = item["sk"].partition("#")
                yield CounterRow(month.replace(day=int(day)), reviewer or None, _counters(item))
            month = following

    def current_counters(self) -> Mapping[str, Mapping[str, int]]:
        """`cases` by state; `opened#{hour}` and `due#{hour}` with the number of `cases` that wait."""
        return {item["sk"]: _counters(item) for item in self._table.query("NOW")}


def counter_key(increment: Increment) -> tuple[str, str]:
    """pk and sk of the item that a counter is in."""
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

"""Sweeps and how far they are, in UploadsTable.

| pk | sk | what |
| --- | --- | --- |
| `SWEEP#{sweep_id}` | `SWEEP` | what is swept, and how many of its parts are done |
| `SWEEP#{sweep_id}` | `{name of the part}` | a part, and whether it is done |
| `SWEPT#{entry_id}` | `{seq:015}` | by which sweep an entry was swept when it had changed so |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from staydown.aws.items import Codec, Item
from staydown.aws.table import Table
from staydown.aws.transaction import MAX_WRITES, Transaction
from staydown.domain.errors import ConcurrentChange
from staydown.domain.sweeps import PLAN, Part, Sweep

_KEPT = timedelta(days=30)
MOST_ENTRIES = MAX_WRITES - 2
"""Of one sweep: that it began is one transaction."""
_HEAD = "SWEEP"


class SweepsStore:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)
        self._sweeps = Codec(Sweep)
        self._parts = Codec(Part)

    def begin(self, sweep: Sweep) -> None:
        """With one part: to plan the others. At most MOST_ENTRIES entries. Nothing, where it had begun."""
        transaction = self._table.transaction()
        item = self._sweeps.dump(replace(sweep, parts=1))
        transaction.put_new(self._table.name, self._keyed(sweep, item, _HEAD))
        transaction.put_new(self._table.name, self._part(sweep, PLAN))
        for entry_id in sweep.entries:
            link = {"pk": _of_entry(entry_id), "sk": f"{sweep.seq:015}", "sweep_id": sweep.sweep_id}
            transaction.put(self._table.name, {**link, "expires_at": _expires_at(sweep)})
        try:
            transaction.commit()
        except ConcurrentChange:
            if self.get(sweep.sweep_id) is None:
                raise

    def get(self, sweep_id: str) -> Sweep | None:
        item = self._table.get(_pk(sweep_id), _HEAD)
        return self._sweeps.load(item) if item is not None else None

    def last_of(self, entry_id: str) -> Sweep | None:
        """The sweep for the last of an entry's changes that one began for; None after 30 days."""
        links = self._table.query(_of_entry(entry_id), backwards=True)
        return next((sweep for link in links if (sweep := self.get(link["sweep_id"]))), None)

    def part(self, sweep_id: str, name: str) -> tuple[Part, bool] | None:
        """A part, and whether it is done."""
        item = self._table.get(_pk(sweep_id), name)
        return (self._parts.load(item), item["is_done"]) if item is not None else None

    def waiting(self, sweep_id: str) -> list[str]:
        """The names of the parts that are not done."""
        return [name for name, done in self._known(sweep_id).items() if not done]

    def add(self, sweep: Sweep, parts: Iterable[Part]) -> list[str]:
        """Have these done too; the names of those of them that are not done already."""
        wanted = {part.name: part for part in parts}
        known = self._known(sweep.sweep_id)
        new = [part for name, part in wanted.items() if name not in known]
        for start in range(0, len(new), MAX_WRITES - 1):
            some = new[start : start + MAX_WRITES - 1]
            transaction = self._table.transaction()
            for part in some:
                transaction.put_new(self._table.name, self._part(sweep, part))
            self._count(transaction, sweep.sweep_id, "ADD parts :number", {":number": len(some)})
            transaction.commit()
        return [name for name in wanted if not known.get(name, False)]

    def done(self, sweep_id: str, part: Part, *, matched: int) -> None:
        """A part was done, and matched so many uploads. Nothing, where it was done before."""
        transaction = self._table.transaction()
        transaction.update(
            self._table.name,
            {"pk": _pk(sweep_id), "sk": part.name},
            expression="SET is_done = :done",
            condition="is_done = :not_done",
            values={":done": True, ":not_done": False},
        )
        counted = {":one": 1, ":matched": matched}
        self._count(transaction, sweep_id, "ADD parts_done :one, matched :matched", counted)
        transaction.commit()

    def finish(self, transaction: Transaction, sweep: Sweep) -> None:
        """It is over; ConcurrentChange where somebody has said so already."""
        item = self._sweeps.dump(sweep)
        transaction.update(
            self._table.name,
            {"pk": _pk(sweep.sweep_id), "sk": _HEAD},
            expression="SET finished_at = :now",
            condition="finished_at = :none",
            values={":now": item["finished_at"], ":none": None},
        )

    def _known(self, sweep_id: str) -> dict[str, bool]:
        """The names of its parts, and whether each is done."""
        items = self._table.query(_pk(sweep_id))
        return {item["sk"]: item["is_done"] for item in items if item["sk"] != _HEAD}

    def _count(self, transaction: Transaction, sweep_id: str, expression: str, values: Item) -> None:
        transaction.update(
            self._table.name,
            {"pk": _pk(sweep_id), "sk": _HEAD},
            expression=expression,
            condition="sweep_id = :sweep_id",
            values={**values, ":sweep_id": sweep_id},
        )

    def _part(self, sweep: Sweep, part: Part) -> Item:
        return self._keyed(sweep, {**self._parts.dump(part), "is_done": False}, part.name)

    def _keyed(self, sweep: Sweep, item: Item, sk: str) -> Item:
        return {**item, "pk": _pk(sweep.sweep_id), "sk": sk, "expires_at": _expires_at(sweep)}


def _expires_at(sweep: Sweep) -> int:
    return int((sweep.started_at + _KEPT).timestamp())


def _of_entry(entry_id: str) -> str:
    return f"SWEPT#{entry_id}"


def _pk(sweep_id: str) -> str:
    return f"SWEEP#{sweep_id}"

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

from staydown.aws.codec import Codec, Item
from staydown.aws.table import Table
from staydown.aws.transaction import MAX_WRITES, Transaction
from staydown.domain.errors import ConcurrentChange
from staydown.domain.uploads.sweeps import PLAN_PART, Sweep, SweepPart

_RETENTION = timedelta(days=30)
MAX_ENTRIES = MAX_WRITES - 2
"""Of one sweep: that it began is one transaction."""
_SWEEP_SK = "SWEEP"


class SweepsStore:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)
        self._sweeps = Codec(Sweep)
        self._parts = Codec(SweepPart)

    def begin(self, sweep: Sweep) -> None:
        """With one part: to plan the others. At most MOST_ENTRIES entries. Nothing, where it had begun."""
        transaction = self._table.transaction()
        item = self._sweeps.dump(replace(sweep, parts=1))
        transaction.put_new(self._table.name, self._with_keys(sweep, item, _SWEEP_SK))
        transaction.put_new(self._table.name, self._part_item(sweep, PLAN_PART))
        for entry_id in sweep.entries:
            link = {"pk": _entry_pk(entry_id), "sk": f"{sweep.bank_seq:015}", "sweep_id": sweep.sweep_id}
            transaction.put(self._table.name, {**link, "expires_at": _expires_at(sweep)})
        try:
            transaction.commit()
        except ConcurrentChange:
            if self.get(sweep.sweep_id) is None:
                raise

    def get(self, sweep_id: str) -> Sweep | None:
        item = self._table.get(_sweep_pk(sweep_id), _SWEEP_SK)
        return self._sweeps.load(item) if item is not None else None

    def get_latest_for_entry(self, entry_id: str) -> Sweep | None:
        """The sweep for the last of an entry's changes that one began for; None after 30 days."""
        links = self._table.query(_entry_pk(entry_id), descending=True)
        return next((sweep for link in links if (sweep := self.get(link["sweep_id"]))), None)

    def get_part(self, sweep_id: str, name: str) -> tuple[SweepPart, bool] | None:
        """A part, and whether it is done."""
        item = self._table.get(_sweep_pk(sweep_id), name)
        return (self._parts.load(item), item["is_done"]) if item is not None else None

    def list_pending_parts(self, sweep_id: str) -> list[str]:
        """The names of the parts that are not done."""
        return [name for name, done in self._part_states(sweep_id).items() if not done]

    def add_parts(self, sweep: Sweep, parts: Iterable[SweepPart]) -> list[str]:
        """Have these done too; the names of those of them that are not done already."""
        wanted = {part.name: part for part in parts}
        known = self._part_states(sweep.sweep_id)
        new = [part for name, part in wanted.items() if name not in known]
        for start in range(0, len(new), MAX_WRITES - 1):
            some = new[start : start + MAX_WRITES - 1]
            transaction = self._table.transaction()
            for part in some:
                transaction.put_new(self._table.name, self._part_item(sweep, part))
            self._update_counters(transaction, sweep.sweep_id, "ADD parts :number", {":number": len(some)})
            transaction.commit()
        return [name for name in wanted if not known.get(name, False)]

    def complete_part(self, sweep_id: str, part: SweepPart, *, matched: int) -> None:
        """A part was done, and matched so many uploads. Nothing, where it was done before."""
        transaction = self._table.transaction()
        transaction.update(
            self._table.name,
            {"pk": _sweep_pk(sweep_id), "sk": part.name},
            expression="SET is_done = :done",
            condition="is_done = :not_done",
            values={":done": True, ":not_done": False},
        )
        counted = {":one": 1, ":matched": matched}
        self._update_counters(transaction, sweep_id, "ADD parts_done :one, matched :matched", counted)
        transaction.commit()

    def finish(self, transaction: Transaction, sweep: Sweep) -> None:
        """It is over; ConcurrentChange where somebody has said so already."""
        item = self._sweeps.dump(sweep)
        transaction.update(
            self._table.name,
            {"pk": _sweep_pk(sweep.sweep_id), "sk": _SWEEP_SK},
            expression="SET finished_at = :now",
            condition="finished_at = :none",
            values={":now": item["finished_at"], ":none": None},
        )

    def _part_states(self, sweep_id: str) -> dict[str, bool]:
        """The names of its parts, and whether each is done."""
        items = self._table.query(_sweep_pk(sweep_id))
        return {item["sk"]: item["is_done"] for item in items if item["sk"] != _SWEEP_SK}

    def _update_counters(
        self, transaction: Transaction, sweep_id: str, expression: str, values: Item
    ) -> None:
        transaction.update(
            self._table.name,
            {"pk": _sweep_pk(sweep_id), "sk": _SWEEP_SK},
            expression=expression,
            condition="sweep_id = :sweep_id",
            values={**values, ":sweep_id": sweep_id},
        )

    def _part_item(self, sweep: Sweep, part: SweepPart) -> Item:
        return self._with_keys(sweep, {**self._parts.dump(part), "is_done": False}, part.name)

    def _with_keys(self, sweep: Sweep, item: Item, sk: str) -> Item:
        return {**item, "pk": _sweep_pk(sweep.sweep_id), "sk": sk, "expires_at": _expires_at(sweep)}


def _expires_at(sweep: Sweep) -> int:
    return int((sweep.started_at + _RETENTION).timestamp())


def _entry_pk(entry_id: str) -> str:
    return f"SWEPT#{entry_id}"


def _sweep_pk(sweep_id: str) -> str:
    return f"SWEEP#{sweep_id}"

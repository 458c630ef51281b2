"""Sweeps and their progress, in the uploads table.

| pk | sk | item |
| --- | --- | --- |
| `SWEEP#{sweep_id}` | `SWEEP` | a sweep, and the number of completed parts |
| `SWEEP#{sweep_id}` | `{name of the part}` | a part, and whether it is completed |
| `SWEPT#{entry_id}` | `{seq:015}` | the sweep that covers change `seq` of an entry |
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
"""Entries of one sweep, which starts in one transaction."""
_SWEEP_SK = "SWEEP"


class SweepsStore:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)
        self._sweeps = Codec(Sweep)
        self._parts = Codec(SweepPart)

    def begin(self, sweep: Sweep) -> None:
        """Start a sweep of at most MAX_ENTRIES entries with its planning part, unless it has started."""
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
        """Return the newest sweep of an entry, or None if there is none or it expired (30 days)."""
        links = self._table.query(_entry_pk(entry_id), descending=True)
        return next((sweep for link in links if (sweep := self.get(link["sweep_id"]))), None)

    def get_part(self, sweep_id: str, name: str) -> tuple[SweepPart, bool] | None:
        """Return a part and whether it is completed, or None if it does not exist."""
        item = self._table.get(_sweep_pk(sweep_id), name)
        return (self._parts.load(item), item["is_done"]) if item is not None else None

    def list_pending_parts(self, sweep_id: str) -> list[str]:
        """Return the names of the parts that are not completed."""
        return [name for name, done in self._part_states(sweep_id).items() if not done]

    def add_parts(self, sweep: Sweep, parts: Iterable[SweepPart]) -> list[str]:
        """Add parts to a sweep. Return the names of the given parts that are not completed."""
        wanted = {part.name: part for part in parts}
        known = self._part_states(sweep.sweep_id)
        new = [part for name, part in wanted.items() if name not in known]
        for start in range(0, len(new), MAX_WRITES - 1):
            batch = new[start : start + MAX_WRITES - 1]
            transaction = self._table.transaction()
            for part in batch:
                transaction.put_new(self._table.name, self._part_item(sweep, part))
            self._update_counters(transaction, sweep.sweep_id, "ADD parts :number", {":number": len(batch)})
            transaction.commit()
        return [name for name in wanted if not known.get(name, False)]

    def complete_part(self, sweep_id: str, part: SweepPart, *, matched: int) -> None:
        """Complete a part that matched `matched` uploads. Raise ConcurrentChange if it is completed."""
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
        """Finish a sweep. The commit raises ConcurrentChange if it is finished."""
        item = self._sweeps.dump(sweep)
        transaction.update(
            self._table.name,
            {"pk": _sweep_pk(sweep.sweep_id), "sk": _SWEEP_SK},
            expression="SET finished_at = :now",
            condition="finished_at = :none",
            values={":now": item["finished_at"], ":none": None},
        )

    def _part_states(self, sweep_id: str) -> dict[str, bool]:
        """Return whether each part is completed, by name."""
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

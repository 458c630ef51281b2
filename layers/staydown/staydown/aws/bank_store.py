"""The bank's truth in DynamoDB: entries, and the log of their changes.

| pk | sk | what |
| --- | --- | --- |
| `HEAD` | `HEAD` | the number of the last change, and the snapshots in S3 |
| `ENTRY#{entry_id}` | `ENTRY` | an entry as it stands, and the change that made it so |
| `LOG#{seq // 1000}` | `{seq:015}` | one change |

Each change takes the next number in the transaction of the decision that causes it. So whoever reads a
head (consistently) sees every decision that had returned by then, and no reader needs to scan anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from staydown.aws.codec import Codec
from staydown.aws.table import Table
from staydown.aws.transaction import Transaction
from staydown.domain.bank.entry import BankChange, BankEntry

CHANGES_PER_PARTITION = 1000


@dataclass(frozen=True, slots=True)
class BankSnapshot:
    """The bank as it stood after change `seq`, as two objects in its bucket: entries, and judged pictures."""

    seq: int
    entries_key: str
    features_key: str


@dataclass(frozen=True, slots=True)
class BankHead:
    """seq: the last change (0: none yet). latest_snapshot: what is folded already. former_snapshot: which
    somebody who has just read an older head may still be loading."""

    seq: int = 0
    latest_snapshot: BankSnapshot | None = None
    previous_snapshot: BankSnapshot | None = None

    @property
    def compacted_seq(self) -> int:
        return self.latest_snapshot.seq if self.latest_snapshot is not None else 0


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry and the number of its last change (0: it has none in the log)."""

    entry: BankEntry
    seq: int


class BankStore:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)
        self._entries = Codec(BankEntry)
        self._heads = Codec(BankHead)

    def get_head(self) -> BankHead:
        """One read unit, strongly consistent."""
        item = self._table.get("HEAD", "HEAD")
        return self._heads.load(item) if item is not None else BankHead()

    def list_changes(self, after: int, upto: int) -> Iterator[BankChange]:
        """The changes with after < seq <= upto, in order, none missing."""
        for bucket in range((after + 1) // CHANGES_PER_PARTITION, upto // CHANGES_PER_PARTITION + 1):
            for item in self._table.query(f"LOG#{bucket}", after=_sort_key(after), through=_sort_key(upto)):
                yield BankChange(item["seq"], self._entries.load(item))

    def get_entries(self, entry_ids: Iterable[str]) -> Mapping[str, StoredEntry]:
        """Those that have an item of their own, consistent."""
        items = self._table.get_many((f"ENTRY#{entry_id}", "ENTRY") for entry_id in entry_ids)
        return {item["entry_id"]: StoredEntry(self._entries.load(item), item["seq"]) for item in items}

    def append_changes(
        self, transaction: Transaction, head: BankHead, changes: Iterable[tuple[BankEntry, int]]
    ) -> int:
        """Take the numbers after head.seq for these entries; the new last number.

        changed: each entry as it shall be, with the number of the change it was read at (0: it is new).
        Two who append at the same time can't both succeed: ConcurrentChange for the second.
        """
        seq = head.seq
        for entry, read_at in changes:
            seq += 1
            item = {**self._entries.dump(entry), "seq": seq}
            keys = {"pk": f"ENTRY#{entry.entry_id}", "sk": "ENTRY"}
            # The version of an entry is the number of its last change.
            transaction.put_if(
                self._table.name,
                {**item, **keys},
                condition="seq = :read_at" if read_at else "attribute_not_exists(pk)",
                values={":read_at": read_at} if read_at else {},
            )
            log_keys = {"pk": f"LOG#{seq // CHANGES_PER_PARTITION}", "sk": _sort_key(seq)}
            transaction.put_new(self._table.name, {**item, **log_keys})
        if seq != head.seq:
            transaction.update(
                self._table.name,
                {"pk": "HEAD", "sk": "HEAD"},
                expression="SET seq = :new",
                condition="seq = :old" if head.seq else "attribute_not_exists(pk) OR seq = :old",
                values={":new": seq, ":old": head.seq},
            )
        return seq

    def publish_snapshot(self, head: BankHead, snapshot: BankSnapshot) -> None:
        """Let readers start from this snapshot; ConcurrentChange when another fold was faster."""
        transaction = Transaction(self._table.client)
        dumped = Codec(BankHead).dump(BankHead(head.seq, snapshot, head.latest_snapshot))
        transaction.update(
            self._table.name,
            {"pk": "HEAD", "sk": "HEAD"},
            expression="SET folded = :new, latest_snapshot = :latest, former_snapshot = :former",
            condition="folded = :old" if head.compacted_seq else "attribute_not_exists(folded)",
            values={
                ":new": snapshot.seq,
                ":latest": dumped["latest_snapshot"],
                ":former": dumped["former_snapshot"],
                **({":old": head.compacted_seq} if head.compacted_seq else {}),
            },
        )
        transaction.commit()


def _sort_key(seq: int) -> str:
    return f"{seq:015}"

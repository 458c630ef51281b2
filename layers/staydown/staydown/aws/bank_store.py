"""The bank in DynamoDB: its entries and the log of their changes.

| pk | sk | item |
| --- | --- | --- |
| `HEAD` | `HEAD` | the number of the last change, and the keys of the snapshots in S3 |
| `ENTRY#{entry_id}` | `ENTRY` | the current state of an entry, and the number of its last change |
| `LOG#{seq // 1000}` | `{seq:015}` | one change |

Each change takes the next number in the transaction of the decision that causes it. A consistent read of the
head therefore covers every decision that has returned, and no reader scans the table.
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
    """The bank after change `seq`, as two S3 objects: the entries, and the features of reference images."""

    seq: int
    entries_key: str
    features_key: str


@dataclass(frozen=True, slots=True)
class BankHead:
    """The position of the bank's log, and its snapshots."""

    seq: int = 0
    """The number of the last change; 0 before the first."""
    latest_snapshot: BankSnapshot | None = None
    previous_snapshot: BankSnapshot | None = None
    """Kept because a reader with an older head may still be loading it."""

    @property
    def compacted_seq(self) -> int:
        return self.latest_snapshot.seq if self.latest_snapshot is not None else 0


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry, and the number of its last change (0 if it is not in the log)."""

    entry: BankEntry
    seq: int


class BankStore:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)
        self._entries = Codec(BankEntry)
        self._heads = Codec(BankHead)

    def get_head(self) -> BankHead:
        """Return the head with a strongly consistent read, which costs one read unit."""
        item = self._table.get("HEAD", "HEAD")
        return self._heads.load(item) if item is not None else BankHead()

    def list_changes(self, after: int, upto: int) -> Iterator[BankChange]:
        """Yield every change with after < seq <= upto, in order."""
        for bucket in range((after + 1) // CHANGES_PER_PARTITION, upto // CHANGES_PER_PARTITION + 1):
            for item in self._table.query(f"LOG#{bucket}", after=_sort_key(after), through=_sort_key(upto)):
                yield BankChange(item["seq"], self._entries.load(item))

    def get_entries(self, entry_ids: Iterable[str]) -> Mapping[str, StoredEntry]:
        """Return the stored entries among these ids, with consistent reads."""
        items = self._table.get_many((f"ENTRY#{entry_id}", "ENTRY") for entry_id in entry_ids)
        return {item["entry_id"]: StoredEntry(self._entries.load(item), item["seq"]) for item in items}

    def append_changes(
        self, transaction: Transaction, head: BankHead, changes: Iterable[tuple[BankEntry, int]]
    ) -> int:
        """Add a change for each entry, numbered from head.seq + 1, and return the new last number.

        changes: each new state of an entry, with the change number it was read at (0 for a new entry).
        The commit raises ConcurrentChange if the log has moved past `head`.
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
        """Make this the latest snapshot. Raise ConcurrentChange if another run has published one."""
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

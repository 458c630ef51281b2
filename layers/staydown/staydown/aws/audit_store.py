"""The audit table: `{chain}` / `{seq:010}`. No function's policy lets it change or delete a record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from staydown.aws.codec import Codec
from staydown.aws.table import Table
from staydown.aws.transaction import Transaction
from staydown.domain.audit.chain import AuditRecord, ChainHead, next_record


class AuditStore:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)
        self._records = Codec(AuditRecord)

    def append(
        self,
        transaction: Transaction,
        chain: str,
        head: ChainHead,
        *,
        at: datetime,
        actor: str,
        action: str,
        details: Mapping[str, object],
    ) -> ChainHead:
        """Write the next record with the transaction; the head that the subject has to be saved with.

        Whoever loses a race for a number gets ConcurrentChange.
        """
        record, following = next_record(chain, head, at=at, actor=actor, action=action, details=details)
        item = {**self._records.dump(record), "pk": chain, "sk": f"{record.seq:010}"}
        transaction.put_new(self._table.name, item)
        return following

    def delete_record(self, record: AuditRecord) -> None:
        """One record of a chain whose time is over. Only who applies retention is let."""
        self._table.delete(record.chain, f"{record.seq:010}")

    def list_records(self, chain: str, *, after: int = 0) -> Iterator[AuditRecord]:
        """The chain from its beginning, or from the record after this one; consistent."""
        return (self._records.load(item) for item in self._table.query(chain, after=f"{after:010}"))


RETENTION_CHAIN = "retention"
"""Of what was erased because its time was over; its head is kept with the cases."""


def case_chain(case_id: str) -> str:
    return f"case:{case_id}"


def entry_chain(entry_id: str) -> str:
    """Of an entry of the bank: what was done to it by hand."""
    return f"entry:{entry_id}"


def upload_chain(upload_id: str) -> str:
    """Of an upload that was stopped without a case of its own: nobody looked at it."""
    return f"upload:{upload_id}"

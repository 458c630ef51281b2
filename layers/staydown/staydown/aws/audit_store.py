"""The audit table. No IAM policy allows a record to be changed; only retention may delete one.

| pk | sk | item |
| --- | --- | --- |
| `{chain}` | `{seq:010}` | an audit record |
"""

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
        """Add the next record to the transaction and return the new head, to be saved with the subject.

        The commit raises ConcurrentChange if another transaction takes the same number first.
        """
        record, new_head = next_record(chain, head, at=at, actor=actor, action=action, details=details)
        item = {**self._records.dump(record), "pk": chain, "sk": f"{record.seq:010}"}
        transaction.put_new(self._table.name, item)
        return new_head

    def delete_record(self, record: AuditRecord) -> None:
        """Delete a record of an expired chain. Only the retention function has this permission."""
        self._table.delete(record.chain, f"{record.seq:010}")

    def list_records(self, chain: str, *, after: int = 0) -> Iterator[AuditRecord]:
        """Yield the records of a chain with a number above `after`, with consistent reads."""
        return (self._records.load(item) for item in self._table.query(chain, after=f"{after:010}"))


RETENTION_CHAIN = "retention"
"""The chain of erasure records. Its head is stored in the cases table."""


def case_chain(case_id: str) -> str:
    return f"case:{case_id}"


def entry_chain(entry_id: str) -> str:
    """Return the chain of a bank entry: its overrides."""
    return f"entry:{entry_id}"


def upload_chain(upload_id: str) -> str:
    """Return the chain of an upload that a match blocked without human review, so without a case."""
    return f"upload:{upload_id}"

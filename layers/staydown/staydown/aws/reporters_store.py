"""Who reported, in a table under a key of its own.

| pk | sk | what |
| --- | --- | --- |
| `{case_number}` | `REPORTER` | who |
| `{case_number}` | `MAIL#{notice_id}` | that this notice was mailed |
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from staydown.aws.items import Codec
from staydown.aws.table import Table
from staydown.aws.transaction import Transaction
from staydown.domain.reports import Reporter

REMEMBERED = timedelta(days=30)
"""That a mail was sent: longer than a message can wait to be told again."""


class ReportersStore:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)
        self._reporters = Codec(Reporter)

    def get(self, case_number: str) -> Reporter | None:
        item = self._table.get(case_number, "REPORTER")
        return self._reporters.load(item) if item is not None else None

    def erase(self, transaction: Transaction, case_number: str) -> None:
        transaction.delete(self._table.name, {"pk": case_number, "sk": "REPORTER"})

    def save(self, transaction: Transaction, reporter: Reporter) -> None:
        item = {**self._reporters.dump(reporter), "pk": reporter.case_number, "sk": "REPORTER"}
        transaction.put_version(self._table.name, item, version=reporter.version)

    def was_mailed(self, case_number: str, notice_id: str) -> bool:
        return self._table.get(case_number, f"MAIL#{notice_id}") is not None

    def note_mailed(
        self, transaction: Transaction, case_number: str, notice_id: str, *, now: datetime
    ) -> None:
        expires_at = int((now + REMEMBERED).timestamp())
        item = {"pk": case_number, "sk": f"MAIL#{notice_id}", "expires_at": expires_at}
        transaction.put(self._table.name, item)

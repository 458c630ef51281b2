"""Who reported: `{case_number}` / `REPORTER`, in a table under a key of its own."""

from __future__ import annotations

from typing import Any

from staydown.aws.items import Codec
from staydown.aws.table import Table
from staydown.aws.transaction import Transaction
from staydown.domain.reports import Reporter


class ReportersStore:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)
        self._reporters = Codec(Reporter)

    def get(self, case_number: str) -> Reporter | None:
        item = self._table.get(case_number, "REPORTER")
        return self._reporters.load(item) if item is not None else None

    def save(self, transaction: Transaction, reporter: Reporter) -> None:
        item = {**self._reporters.dump(reporter), "pk": reporter.case_number, "sk": "REPORTER"}
        transaction.put_version(self._table.name, item, version=reporter.version)

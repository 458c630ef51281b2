"""Reporters, in a table with its own encryption key.

| pk | sk | item |
| --- | --- | --- |
| `{case_number}` | `REPORTER` | the reporter of a report |
| `{case_number}` | `MAIL#{notice_id}` | a notice that was sent by e-mail |
| `SENDER#{platform}#{account_id}` | `SENDER` | the verified reporter id of an account |
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from staydown.aws.codec import Codec
from staydown.aws.table import Table
from staydown.aws.transaction import Transaction
from staydown.domain.cases.reports import Reporter

MAIL_RECORD_LIFETIME = timedelta(days=30)
"""How long a sent e-mail is remembered: longer than a message can be redelivered."""


class ReportersStore:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)
        self._reporters = Codec(Reporter)

    def get(self, case_number: str) -> Reporter | None:
        item = self._table.get(case_number, "REPORTER")
        return self._reporters.load(item) if item is not None else None

    def delete(self, transaction: Transaction, case_number: str) -> None:
        transaction.delete(self._table.name, {"pk": case_number, "sk": "REPORTER"})

    def save(self, transaction: Transaction, reporter: Reporter) -> None:
        item = {**self._reporters.dump(reporter), "pk": reporter.case_number, "sk": "REPORTER"}
        transaction.put_versioned(self._table.name, item, version=reporter.version)

    def get_verified_reporter_id(self, platform: str, account_id: str) -> str | None:
        """Return the verified reporter id of an account, or None if it has not reported recently."""
        item = self._table.get(f"SENDER#{platform}#{account_id}", "SENDER")
        return str(item["sender_id"]) if item is not None else None

    def save_verified_reporter_id(
        self,
        transaction: Transaction,
        platform: str,
        account_id: str,
        reporter_id: str,
        *,
        expected: str | None,
        until: datetime,
    ) -> None:
        """Assign a verified reporter id to an account until `until`.

        The commit raises ConcurrentChange unless its id was `expected`.
        """
        keys = {"pk": f"SENDER#{platform}#{account_id}", "sk": "SENDER"}
        transaction.put_if(
            self._table.name,
            {**keys, "sender_id": reporter_id, "expires_at": int(until.timestamp())},
            condition="sender_id = :was" if expected else "attribute_not_exists(pk)",
            values={":was": expected} if expected else None,
        )

    def was_mailed(self, case_number: str, notice_id: str) -> bool:
        return self._table.get(case_number, f"MAIL#{notice_id}") is not None

    def record_mailed(
        self, transaction: Transaction, case_number: str, notice_id: str, *, now: datetime
    ) -> None:
        expires_at = int((now + MAIL_RECORD_LIFETIME).timestamp())
        item = {"pk": case_number, "sk": f"MAIL#{notice_id}", "expires_at": expires_at}
        transaction.put(self._table.name, item)

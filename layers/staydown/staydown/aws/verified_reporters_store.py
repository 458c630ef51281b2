"""Verified reporters, and their reports, in the cases table.

| pk | sk | item |
| --- | --- | --- |
| `SENDER#{sender_id}` | `SENDER` | the strike status of a verified reporter |

Their reports are in the index `queue`, under `sender:{sender_id}`. Only the reporters table maps accounts
to verified reporters.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from staydown.aws.cases_store import verified_reporter_queue
from staydown.aws.codec import Codec, to_dynamodb
from staydown.aws.table import Table
from staydown.aws.transaction import Transaction
from staydown.domain.accounts.verified_reporters import VerifiedReporter
from staydown.domain.cases.deadlines import queue_sort_key
from staydown.domain.cases.reports import Report

MAX_LISTED_REPORTS = 100
"""Reports of a verified reporter that one query reads."""


class VerifiedReportersStore:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)
        self._reporters = Codec(VerifiedReporter)
        self._reports = Codec(Report)

    def get(self, reporter_id: str) -> VerifiedReporter:
        item = self._table.get(f"SENDER#{reporter_id}", "SENDER")
        return self._reporters.load(item) if item is not None else VerifiedReporter(reporter_id)

    def save(self, transaction: Transaction, reporter: VerifiedReporter) -> None:
        """Replace the version that was read."""
        keys = {"pk": f"SENDER#{reporter.verified_reporter_id}", "sk": "SENDER"}
        transaction.put_versioned(
            self._table.name, {**self._reporters.dump(reporter), **keys}, version=reporter.version
        )

    def list_reports(self, reporter_id: str, *, since: datetime) -> list[Report]:
        """Return the newest MAX_LISTED_REPORTS reports of a verified reporter since `since`.

        The index is eventually consistent.
        """
        arguments: dict[str, Any] = {
            "TableName": self._table.name,
            "IndexName": "queue",
            "KeyConditionExpression": "queue = :queue AND queue_order > :since",
            "ExpressionAttributeValues": to_dynamodb(
                {":queue": verified_reporter_queue(reporter_id), ":since": queue_sort_key(since, "")}
            ),
            "ScanIndexForward": False,
            "Limit": MAX_LISTED_REPORTS,
        }
        items, _ = self._table.query_page(arguments)
        return [self._reports.load(item) for item in items]

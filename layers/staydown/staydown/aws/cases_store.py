"""Cases, reports and appeals.

| pk | sk | item |
| --- | --- | --- |
| `CASE#{case_id}` | `CASE` | a case; in the indexes `queue` (see `_queue_position`) and `images` |
| `REPORT#{case_number}` | `REPORT` | a report; in the index `queue` (see `verified_reporters_store`) |
| `APPEAL#{appeal_id}` | `APPEAL` | an appeal; in the index `queue` under `appeals` until it is decided |
| `ABOUT#{entry_id}` | `CASE` | the case that receives new matches of an undecided entry |
| `FILED#{token}` | `REPORT` | the case number of a request that already filed a report, for retries |
| `NEED` | `NEED` | the last write of a case that needs its images (see `mark_preservation`) |
| `RETENTION` | `HEAD` | the head of the chain of erasure records |
| `ATTEMPTS#{digest}` | `{hour}` | the number of wrong secrets for a case number |
| `READING#{case_id}` | `{reviewer}` | a reviewer who has the case open; expires after minutes |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from staydown.aws.codec import Codec, Item, to_dynamodb
from staydown.aws.table import Table
from staydown.aws.transaction import Transaction
from staydown.domain.audit.chain import ChainHead
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.cases.appeals import Appeal
from staydown.domain.cases.case import Case
from staydown.domain.cases.deadlines import queue_sort_key
from staydown.domain.cases.notes import PRESENCE_TIMEOUT, ReviewerPresence
from staydown.domain.cases.reports import Report
from staydown.domain.cases.states import CaseState

CASES = "cases"
APPEALS = "appeals"
LOCKED = "locked"
SECOND_OPINIONS = "opinions"
CLOSED = "closed"
REPORTERS_ERASED = "settled"
ERASURE_REQUESTED = "erasure"
ERASURE_PROPOSALS = "wishes"
PRESERVATION_MARK = "NEED"
MAX_COMPARED_CASES = 1000
"""Undecided cases whose hashes a new report is compared with: about 200 bytes each, one query page."""


class CasesStore:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)
        self._cases = Codec(Case)
        self._reports = Codec(Report)
        self._appeals: Codec[Appeal] = Codec(Appeal)
        self._presences = Codec(ReviewerPresence)

    def get_case(self, case_id: str) -> Case | None:
        item = self._table.get(f"CASE#{case_id}", "CASE")
        return self._cases.load(item) if item is not None else None

    def get_cases(self, case_ids: Iterable[str]) -> list[Case]:
        """Return the cases that exist among these ids, in no particular order."""
        items = self._table.get_many((f"CASE#{case_id}", "CASE") for case_id in case_ids)
        return [self._cases.load(item) for item in items]

    def save_case(self, transaction: Transaction, case: Case) -> None:
        """Replace the version that was read."""
        item = {**self._cases.dump(case), "pk": f"CASE#{case.case_id}", "sk": "CASE"}
        queue, moment = _queue_position(case)
        item |= {"queue": queue, "queue_order": queue_sort_key(moment, case.case_id)}
        transaction.put_versioned(self._table.name, item, version=case.version)

    def get_report(self, case_number: str) -> Report | None:
        item = self._table.get(f"REPORT#{case_number}", "REPORT")
        return self._reports.load(item) if item is not None else None

    def get_reports(self, case_numbers: Iterable[str]) -> list[Report]:
        items = self._table.get_many((f"REPORT#{number}", "REPORT") for number in case_numbers)
        return sorted(map(self._reports.load, items), key=lambda report: report.filed_at)

    def save_report(self, transaction: Transaction, report: Report) -> None:
        keys = {"pk": f"REPORT#{report.case_number}", "sk": "REPORT"}
        item = {**self._reports.dump(report), **keys}
        if report.verified_reporter_id is not None:
            order = queue_sort_key(report.filed_at, report.case_number)
            item |= {"queue": verified_reporter_queue(report.verified_reporter_id), "queue_order": order}
        transaction.put_versioned(self._table.name, item, version=report.version)

    def find_report_by_request(self, token: str) -> str | None:
        """Return the case number of the report that this request already filed, or None."""
        item = self._table.get(f"FILED#{token}", "REPORT")
        return str(item["case_number"]) if item is not None else None

    def save_report_request(
        self, transaction: Transaction, token: str, case_number: str, *, until: datetime
    ) -> None:
        """Record that a request filed this report. The commit raises ConcurrentChange if it already did."""
        item = {"case_number": case_number, "expires_at": int(until.timestamp())}
        transaction.put_new(self._table.name, {"pk": f"FILED#{token}", "sk": "REPORT", **item})

    def get_appeal(self, appeal_id: str) -> Appeal | None:
        item = self._table.get(f"APPEAL#{appeal_id}", "APPEAL")
        return self._appeals.load(item) if item is not None else None

    def get_appeals(self, appeal_ids: Iterable[str]) -> list[Appeal]:
        """Return the appeals that exist among these ids, in order of filing."""
        items = self._table.get_many((f"APPEAL#{appeal_id}", "APPEAL") for appeal_id in appeal_ids)
        return sorted(map(self._appeals.load, items), key=lambda appeal: (appeal.filed_at, appeal.appeal_id))

    def save_appeal(self, transaction: Transaction, appeal: Appeal, *, until: datetime | None = None) -> None:
        """until: when the appeal expires, for an appeal without a case that is erased with it."""
        item = {**self._appeals.dump(appeal), "pk": f"APPEAL#{appeal.appeal_id}", "sk": "APPEAL"}
        if appeal.outcome is None:
            item |= {"queue": APPEALS, "queue_order": queue_sort_key(appeal.filed_at, appeal.appeal_id)}
        if until is not None:
            item["expires_at"] = int(until.timestamp())
        transaction.put_versioned(self._table.name, item, version=appeal.version)

    def case_for_entry(self, entry_id: str) -> str | None:
        """Return the id of the case that receives new matches of this entry, or None."""
        item = self._table.get(f"ABOUT#{entry_id}", "CASE")
        return str(item["case_id"]) if item is not None else None

    def route_entry(
        self, transaction: Transaction, entry_id: str, case_id: str, *, expected: str | None
    ) -> None:
        """Route new matches of the entry to this case.

        The commit raises ConcurrentChange unless the entry was routed to the case `expected`.
        """
        item = {"pk": f"ABOUT#{entry_id}", "sk": "CASE", "case_id": case_id}
        transaction.put_if(
            self._table.name,
            item,
            condition="case_id = :was" if expected else "attribute_not_exists(pk)",
            values={":was": expected} if expected else None,
        )

    def query_queue(
        self, queue: str, *, index: str = "queue", after: Item | None = None, limit: int = 50
    ) -> tuple[list[Item], Item | None]:
        """Return a page of a queue in its order, and the start key of the next page (None for the last).

        The index is eventually consistent: read an item again before acting on it.
        """
        arguments: dict[str, Any] = {
            "TableName": self._table.name,
            "IndexName": index,
            "KeyConditionExpression": "queue = :queue",
            "ExpressionAttributeValues": to_dynamodb({":queue": queue}),
            "Limit": limit,
        }
        if after is not None:
            arguments["ExclusiveStartKey"] = to_dynamodb(after)
        return self._table.query_page(arguments)

    def list_undecided_cases(
        self, *, after: Item | None = None, limit: int = 50
    ) -> tuple[list[Case], Item | None]:
        items, following = self.query_queue(CASES, after=after, limit=limit)
        return [self._cases.load(item) for item in items], following

    def list_locked_cases(
        self, *, after: Item | None = None, limit: int = 50
    ) -> tuple[list[Case], Item | None]:
        items, following = self.query_queue(LOCKED, after=after, limit=limit)
        return [self._cases.load(item) for item in items], following

    def list_awaiting_second_opinion(
        self, *, after: Item | None = None, limit: int = 50
    ) -> tuple[list[Case], Item | None]:
        items, following = self.query_queue(SECOND_OPINIONS, after=after, limit=limit)
        return [self._cases.load(item) for item in items], following

    def list_erasure_proposals(
        self, *, after: Item | None = None, limit: int = 50
    ) -> tuple[list[Case], Item | None]:
        items, following = self.query_queue(ERASURE_PROPOSALS, after=after, limit=limit)
        return [self._cases.load(item) for item in items], following

    def list_pending_appeals(
        self, *, after: Item | None = None, limit: int = 50
    ) -> tuple[list[Appeal], Item | None]:
        items, following = self.query_queue(APPEALS, after=after, limit=limit)
        return [self._appeals.load(item) for item in items], following

    def list_undecided_image_hashes(self) -> list[tuple[str, PdqHash]]:
        """Return (case id, image hash) of undecided cases, nearest deadline first.

        At most MAX_COMPARED_CASES cases are read; those without a hash are left out. The index is eventually
        consistent: read a case again before acting on it.
        """
        items, _ = self.query_queue(CASES, index="images", limit=MAX_COMPARED_CASES)
        return [(item["case_id"], PdqHash(item["image"]["data"])) for item in items if item.get("image")]

    def iterate_undecided_cases(self) -> Iterator[Case]:
        """Yield all undecided cases, nearest deadline first."""
        after: Item | None = None
        while True:
            cases, after = self.list_undecided_cases(after=after)
            yield from cases
            if after is None:
                return

    def list_due_case_ids(self, queue: str, *, until: datetime) -> Iterator[str]:
        """Yield the ids of the cases in a queue whose time is not after `until`, oldest first."""
        after: Item | None = None
        last = queue_sort_key(until, "")
        while True:
            items, after = self.query_queue(queue, after=after)
            for item in items:
                if item["queue_order"] > last:
                    return
                yield item["case_id"]
            if after is None:
                return

    def require_version(self, transaction: Transaction, case: Case) -> None:
        """Make the transaction raise ConcurrentChange if the case has changed when it commits."""
        transaction.check(
            self._table.name,
            {"pk": f"CASE#{case.case_id}", "sk": "CASE"},
            condition="version = :read_at",
            values={":read_at": case.version},
        )

    def mark_preservation(self, transaction: Transaction, case: Case) -> None:
        """Record that this write of a case requires its images to be kept (see `preservation_mark`)."""
        item: Item = {
            "pk": PRESERVATION_MARK,
            "sk": PRESERVATION_MARK,
            "needed_by": f"{case.case_id} {case.version}",
        }
        if not transaction.has_write_to(self._table.name, item):
            transaction.put(self._table.name, item)

    def preservation_mark(self) -> str | None:
        """Return the mark of the last write of any case that requires its images; each write has its own."""
        item = self._table.get(PRESERVATION_MARK, PRESERVATION_MARK)
        return item["needed_by"] if item is not None else None

    def require_preservation_mark(self, transaction: Transaction, expected: str | None) -> None:
        """Make the transaction raise ConcurrentChange if a case was held or appealed since `expected`."""
        key = {"pk": PRESERVATION_MARK, "sk": PRESERVATION_MARK}
        if expected is None:
            transaction.check(self._table.name, key, condition="attribute_not_exists(pk)")
        else:
            transaction.check(
                self._table.name, key, condition="needed_by = :last", values={":last": expected}
            )

    def delete_case(self, transaction: Transaction, case: Case) -> None:
        self._delete_version(transaction, f"CASE#{case.case_id}", "CASE", case.version)

    def delete_report(self, transaction: Transaction, report: Report) -> None:
        self._delete_version(transaction, f"REPORT#{report.case_number}", "REPORT", report.version)

    def delete_appeal(self, appeal_id: str) -> None:
        self._table.delete(f"APPEAL#{appeal_id}", "APPEAL")

    def unroute_entry(self, entry_id: str, case_id: str) -> None:
        """Stop routing matches of the entry to this case."""
        if self.case_for_entry(entry_id) == case_id:
            self._table.delete(f"ABOUT#{entry_id}", "CASE")

    def retention_head(self) -> ChainHead:
        item = self._table.get("RETENTION", "HEAD")
        return ChainHead(item["seq"], item["digest"]) if item is not None else ChainHead()

    def save_retention_head(self, transaction: Transaction, head: ChainHead) -> None:
        """Save the head. A concurrent change fails at its audit record, which has the same number."""
        item = {"pk": "RETENTION", "sk": "HEAD", "seq": head.seq, "digest": head.digest}
        transaction.put(self._table.name, item)

    def _delete_version(self, transaction: Transaction, pk: str, sk: str, version: int) -> None:
        transaction.delete_if(
            self._table.name,
            {"pk": pk, "sk": sk},
            condition="version = :read_at",
            values={":read_at": version},
        )

    def save_presence(self, transaction: Transaction, case_id: str, presence: ReviewerPresence) -> None:
        expires_at = int((presence.last_seen_at + PRESENCE_TIMEOUT).timestamp())
        keys = {"pk": f"READING#{case_id}", "sk": presence.reviewer, "expires_at": expires_at}
        transaction.put(self._table.name, {**self._presences.dump(presence), **keys})

    def list_presences(self, case_id: str, *, now: datetime) -> list[ReviewerPresence]:
        """Return the reviewers who had the case open in the last minutes."""
        presences = map(self._presences.load, self._table.query(f"READING#{case_id}"))
        return [presence for presence in presences if presence.last_seen_at + PRESENCE_TIMEOUT > now]

    def count_attempt(self, digest: str, now: datetime) -> int:
        """Count a wrong secret for this case number and return the count of the current hour."""
        hour = now.strftime("%Y-%m-%dT%H")
        expires_at = int((now + timedelta(hours=2)).timestamp())
        return self._table.increment(f"ATTEMPTS#{digest}", hour, expires_at=expires_at)


def verified_reporter_queue(reporter_id: str) -> str:
    """Return the queue of a verified reporter's reports, which is in order of filing."""
    return f"sender:{reporter_id}"


def _queue_position(case: Case) -> tuple[str, datetime | None]:
    """Return the queue of a case, for review or for retention, and the time that orders it."""
    if case.undecided:
        return CASES, case.deadline
    if case.erasure_requested_at is not None and not case.erasure_done:
        return ERASURE_REQUESTED, case.retention_starts_at
    if case.second_opinion_pending and case.decision is not None:
        return SECOND_OPINIONS, case.decision.at
    if case.erasure_needs_approval:
        return ERASURE_PROPOSALS, case.retention_starts_at
    if case.state is CaseState.LOCKED:
        return LOCKED, case.opened_at
    return REPORTERS_ERASED if case.reporters_erased else CLOSED, case.retention_starts_at

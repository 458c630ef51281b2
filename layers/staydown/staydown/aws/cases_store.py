"""Cases, reports and appeals.

| pk | sk | what |
| --- | --- | --- |
| `CASE#{case_id}` | `CASE` | a case, in the index `queue` (see `_queue_of`); in `images`, its image alone |
| `REPORT#{case_number}` | `REPORT` | a report, by the number its sender was given (see `senders_store`) |
| `APPEAL#{appeal_id}` | `APPEAL` | an appeal; while undecided it is in the index `queue` under `appeals` |
| `ABOUT#{entry_id}` | `CASE` | the case that new matches of an unjudged entry belong to |
| `FILED#{token}` | `REPORT` | the report that a request has filed, should it be told again |
| `RETENTION` | `HEAD` | the head of the chain of what was erased |
| `ATTEMPTS#{digest}` | `{hour}` | wrong secrets given for a case number |
| `READING#{case_id}` | `{reviewer}` | that a reviewer has the case open, for minutes |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from staydown.aws.items import Codec, Item, to_dynamodb
from staydown.aws.table import Table
from staydown.aws.transaction import Transaction
from staydown.domain.appeals import Appeal
from staydown.domain.audit import ChainHead
from staydown.domain.case_states import CaseState
from staydown.domain.cases import Case
from staydown.domain.deadlines import queue_order
from staydown.domain.hashes import PdqHash
from staydown.domain.notes import OPEN_FOR, Reading
from staydown.domain.reports import Report

CASES = "cases"
APPEALS = "appeals"
LOCKED = "locked"
OPINIONS = "opinions"
CLOSED = "closed"
SETTLED = "settled"
ERASURE = "erasure"
WISHES = "wishes"
NEED = "NEED"
MOST_COMPARED = 1000
"""Undecided cases whose images a report is compared with, some 200 bytes each: one reading."""


class CasesStore:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)
        self._cases = Codec(Case)
        self._reports = Codec(Report)
        self._appeals = Codec(Appeal)
        self._readings = Codec(Reading)

    def case(self, case_id: str) -> Case | None:
        item = self._table.get(f"CASE#{case_id}", "CASE")
        return self._cases.load(item) if item is not None else None

    def cases(self, case_ids: Iterable[str]) -> list[Case]:
        """Those of the cases that are there, in no order."""
        items = self._table.get_many((f"CASE#{case_id}", "CASE") for case_id in case_ids)
        return [self._cases.load(item) for item in items]

    def save_case(self, transaction: Transaction, case: Case) -> None:
        """In place of the version it was read at."""
        item = {**self._cases.dump(case), "pk": f"CASE#{case.case_id}", "sk": "CASE"}
        queue, moment = _queue_of(case)
        item |= {"queue": queue, "queue_order": queue_order(moment, case.case_id)}
        transaction.put_version(self._table.name, item, version=case.version)

    def report(self, case_number: str) -> Report | None:
        item = self._table.get(f"REPORT#{case_number}", "REPORT")
        return self._reports.load(item) if item is not None else None

    def reports(self, case_numbers: Iterable[str]) -> list[Report]:
        items = self._table.get_many((f"REPORT#{number}", "REPORT") for number in case_numbers)
        return sorted(map(self._reports.load, items), key=lambda report: report.filed_at)

    def save_report(self, transaction: Transaction, report: Report) -> None:
        keys = {"pk": f"REPORT#{report.case_number}", "sk": "REPORT"}
        item = {**self._reports.dump(report), **keys}
        if report.sender is not None:
            order = queue_order(report.filed_at, report.case_number)
            item |= {"queue": queue_of_sender(report.sender), "queue_order": order}
        transaction.put_version(self._table.name, item, version=report.version)

    def filed_as(self, token: str) -> str | None:
        """The number of the report that this request has filed already."""
        item = self._table.get(f"FILED#{token}", "REPORT")
        return str(item["case_number"]) if item is not None else None

    def remember_filed(
        self, transaction: Transaction, token: str, case_number: str, *, until: datetime
    ) -> None:
        """ConcurrentChange when the same request was faster."""
        item = {"case_number": case_number, "expires_at": int(until.timestamp())}
        transaction.put_new(self._table.name, {"pk": f"FILED#{token}", "sk": "REPORT", **item})

    def appeal(self, appeal_id: str) -> Appeal | None:
        item = self._table.get(f"APPEAL#{appeal_id}", "APPEAL")
        return self._appeals.load(item) if item is not None else None

    def appeals(self, appeal_ids: Iterable[str]) -> list[Appeal]:
        """Those of the appeals that are there, in the order they came."""
        items = self._table.get_many((f"APPEAL#{appeal_id}", "APPEAL") for appeal_id in appeal_ids)
        return sorted(map(self._appeals.load, items), key=lambda appeal: (appeal.filed_at, appeal.appeal_id))

    def save_appeal(self, transaction: Transaction, appeal: Appeal, *, until: datetime | None = None) -> None:
        """until: kept, where no case is behind it with which it goes."""
        item = {**self._appeals.dump(appeal), "pk": f"APPEAL#{appeal.appeal_id}", "sk": "APPEAL"}
        if appeal.outcome is None:
            item |= {"queue": APPEALS, "queue_order": queue_order(appeal.filed_at, appeal.appeal_id)}
        if until is not None:
            item["expires_at"] = int(until.timestamp())
        transaction.put_version(self._table.name, item, version=appeal.version)

    def case_about(self, entry_id: str) -> str | None:
        """The case that matches of this entry were last brought to."""
        item = self._table.get(f"ABOUT#{entry_id}", "CASE")
        return str(item["case_id"]) if item is not None else None

    def point_to_case(
        self, transaction: Transaction, entry_id: str, case_id: str, *, was: str | None
    ) -> None:
        """Bring further matches of the entry to this case; ConcurrentChange unless it pointed to `was`."""
        item = {"pk": f"ABOUT#{entry_id}", "sk": "CASE", "case_id": case_id}
        transaction.put_if(
            self._table.name,
            item,
            condition="case_id = :was" if was else "attribute_not_exists(pk)",
            values={":was": was} if was else None,
        )

    def queued(
        self, queue: str, *, index: str = "queue", after: Item | None = None, limit: int = 50
    ) -> tuple[list[Item], Item | None]:
        """A page of a queue in its order, and where the next one starts (None: no more).

        The index lags behind the table by moments: whoever acts on an item reads it again first.
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
        return self._table.page(arguments)

    def queued_cases(self, *, after: Item | None = None, limit: int = 50) -> tuple[list[Case], Item | None]:
        items, following = self.queued(CASES, after=after, limit=limit)
        return [self._cases.load(item) for item in items], following

    def locked_cases(self, *, after: Item | None = None, limit: int = 50) -> tuple[list[Case], Item | None]:
        items, following = self.queued(LOCKED, after=after, limit=limit)
        return [self._cases.load(item) for item in items], following

    def awaiting_opinion(
        self, *, after: Item | None = None, limit: int = 50
    ) -> tuple[list[Case], Item | None]:
        items, following = self.queued(OPINIONS, after=after, limit=limit)
        return [self._cases.load(item) for item in items], following

    def wished_cases(self, *, after: Item | None = None, limit: int = 50) -> tuple[list[Case], Item | None]:
        items, following = self.queued(WISHES, after=after, limit=limit)
        return [self._cases.load(item) for item in items], following

    def queued_appeals(
        self, *, after: Item | None = None, limit: int = 50
    ) -> tuple[list[Appeal], Item | None]:
        items, following = self.queued(APPEALS, after=after, limit=limit)
        return [self._appeals.load(item) for item in items], following

    def undecided_images(self) -> list[tuple[str, PdqHash]]:
        """(case id, its image) of the MOST_COMPARED undecided cases with the nearest deadline, as far as they
        have one. The index lags by moments: whoever acts on a case reads it first."""
        items, _ = self.queued(CASES, index="images", limit=MOST_COMPARED)
        return [(item["case_id"], PdqHash(item["image"]["data"])) for item in items if item.get("image")]

    def all_queued_cases(self) -> Iterator[Case]:
        """Page by page, nearest deadline first."""
        after: Item | None = None
        while True:
            cases, after = self.queued_cases(after=after)
            yield from cases
            if after is None:
                return

    def settled(self, queue: str, *, until: datetime) -> Iterator[str]:
        """Ids of the cases in a queue that are ordered by a moment before, the oldest first."""
        after: Item | None = None
        last = queue_order(until, "")
        while True:
            items, after = self.queued(queue, after=after)
            for item in items:
                if item["queue_order"] > last:
                    return
                yield item["case_id"]
            if after is None:
                return

    def require_version(self, transaction: Transaction, case: Case) -> None:
        """Let the transaction fail with ConcurrentChange if the case is another by then."""
        transaction.check(
            self._table.name,
            {"pk": f"CASE#{case.case_id}", "sk": "CASE"},
            condition="version = :read_at",
            values={":read_at": case.version},
        )

    def need(self, transaction: Transaction, case: Case) -> None:
        """Leave a trace that this case, as it is written, needs its images (`last_need`)."""
        item: Item = {"pk": NEED, "sk": NEED, "needed_by": f"{case.case_id} {case.version}"}
        if not transaction.writes(self._table.name, item):
            transaction.put(self._table.name, item)

    def last_need(self) -> str | None:
        """Which write of a case was the last to need its images, of all cases; another one each time."""
        item = self._table.get(NEED, NEED)
        return item["needed_by"] if item is not None else None

    def require_no_need_since(self, transaction: Transaction, last: str | None) -> None:
        """Let the transaction fail with ConcurrentChange if any case was held or appealed since."""
        key = {"pk": NEED, "sk": NEED}
        if last is None:
            transaction.check(self._table.name, key, condition="attribute_not_exists(pk)")
        else:
            transaction.check(self._table.name, key, condition="needed_by = :last", values={":last": last})

    def forget_case(self, transaction: Transaction, case: Case) -> None:
        self._forget(transaction, f"CASE#{case.case_id}", "CASE", case.version)

    def forget_report(self, transaction: Transaction, report: Report) -> None:
        self._forget(transaction, f"REPORT#{report.case_number}", "REPORT", report.version)

    def forget_appeal(self, appeal_id: str) -> None:
        self._table.delete(f"APPEAL#{appeal_id}", "APPEAL")

    def unpoint(self, entry_id: str, case_id: str) -> None:
        """Bring matches of the entry to this case no more."""
        if self.case_about(entry_id) == case_id:
            self._table.delete(f"ABOUT#{entry_id}", "CASE")

    def retention_head(self) -> ChainHead:
        item = self._table.get("RETENTION", "HEAD")
        return ChainHead(item["seq"], item["digest"]) if item is not None else ChainHead()

    def save_retention_head(self, transaction: Transaction, head: ChainHead) -> None:
        """ConcurrentChange when another was faster (its record is there then)."""
        item = {"pk": "RETENTION", "sk": "HEAD", "seq": head.seq, "digest": head.digest}
        transaction.put(self._table.name, item)

    def _forget(self, transaction: Transaction, pk: str, sk: str, version: int) -> None:
        transaction.delete_if(
            self._table.name,
            {"pk": pk, "sk": sk},
            condition="version = :read_at",
            values={":read_at": version},
        )

    def note_reading(self, transaction: Transaction, case_id: str, reading: Reading) -> None:
        expires_at = int((reading.at + OPEN_FOR).timestamp())
        keys = {"pk": f"READING#{case_id}", "sk": reading.reviewer, "expires_at": expires_at}
        transaction.put(self._table.name, {**self._readings.dump(reading), **keys})

    def readings(self, case_id: str, *, now: datetime) -> list[Reading]:
        """Of this case in the last minutes, one of each reviewer."""
        found = map(self._readings.load, self._table.query(f"READING#{case_id}"))
        return [reading for reading in found if reading.at + OPEN_FOR > now]

    def count_attempt(self, who: str, now: datetime) -> int:
        """One more wrong secret for this number in this hour; how many that makes."""
        hour = now.strftime("%Y-%m-%dT%H")
        expires_at = int((now + timedelta(hours=2)).timestamp())
        return self._table.increment(f"ATTEMPTS#{who}", hour, expires_at=expires_at)


def queue_of_sender(sender_id: str) -> str:
    """Where the reports of a sender are, in the order they came."""
    return f"sender:{sender_id}"


def _queue_of(case: Case) -> tuple[str, datetime | None]:
    """Where a case waits, for a reviewer or for what is to be erased next, and by which moment."""
    if case.undecided:
        return CASES, case.deadline
    if case.erasure_asked_at is not None and not case.erasure_done:
        return ERASURE, case.settled_at
    if case.opinion_waits and case.decision is not None:
        return OPINIONS, case.decision.at
    if case.erasure_waits:
        return WISHES, case.settled_at
    if case.state is CaseState.LOCKED:
        return LOCKED, case.opened_at
    return SETTLED if case.reporters_erased else CLOSED, case.settled_at

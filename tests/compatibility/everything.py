"""Read and write every kind of stored item through the stores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from staydown.aws.bank_store import BankHead, BankSnapshot, StoredEntry
from staydown.aws.codec import from_dynamodb, to_dynamodb
from staydown.aws.misuse_store import MisuseStore
from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.accounts.account import Account
from staydown.domain.accounts.misuse import MisuseReview
from staydown.domain.accounts.verified_reporters import VerifiedReporter
from staydown.domain.audit.anchors import Anchor
from staydown.domain.audit.chain import AuditRecord, ChainHead
from staydown.domain.bank.entry import BankChange
from staydown.domain.cases.appeals import Appeal
from staydown.domain.cases.case import Case
from staydown.domain.cases.notes import ReviewerPresence
from staydown.domain.cases.reports import Report, Reporter
from staydown.domain.events import Event, EventEnvelope, EventType
from staydown.domain.metrics import ChainCursor, CounterScope, Increment
from staydown.domain.uploads.content_log import HourState, LogLine, LogManifest, LogPosition
from staydown.domain.uploads.sweeps import PLAN_PART, Sweep, SweepPart
from staydown.domain.uploads.upload import Upload, UploadTicket
from staydown.notices.notice import Notice, NoticeLink, Recipient, RecipientParty

from tests.support.cloud import Cloud

Item = dict[str, Any]
ByTable = Mapping[str, list[Item]]
"""The items of each table, by its name in the memory cloud, ordered by pk and sk."""

FIRST_DAY, LAST_DAY = datetime(2027, 1, 1).date(), datetime(2027, 12, 31).date()
HOUR = "2027-03-01T12"
CHAIN = "case:chain"
REVIEWS_KEPT = timedelta(days=365)


@dataclass
class Everything:
    """Objects of every kind. A tuple also has the other arguments of the call that stores its object."""

    cases: list[Case] = field(default_factory=list)
    needed: str = ""
    about: list[tuple[str, str]] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    filed: list[tuple[str, str, datetime]] = field(default_factory=list)
    appeals: list[tuple[Appeal, datetime | None]] = field(default_factory=list)
    erasures: ChainHead = field(default_factory=ChainHead)
    readings: list[tuple[str, ReviewerPresence]] = field(default_factory=list)
    wrong_secrets: list[tuple[str, datetime]] = field(default_factory=list)
    reviews: list[MisuseReview] = field(default_factory=list)
    senders: list[VerifiedReporter] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    entries: list[StoredEntry] = field(default_factory=list)
    snapshots: list[BankSnapshot] = field(default_factory=list)
    uploads: list[Upload] = field(default_factory=list)
    tickets: list[UploadTicket] = field(default_factory=list)
    stopped: list[tuple[str, str]] = field(default_factory=list)
    lines: list[LogLine] = field(default_factory=list)
    hours: list[tuple[str, HourState]] = field(default_factory=list)
    manifest: LogManifest = field(default_factory=LogManifest)
    sweeps: list[tuple[Sweep, list[tuple[SweepPart, bool]]]] = field(default_factory=list)
    records: list[AuditRecord] = field(default_factory=list)
    progress: ChainCursor = field(default_factory=ChainCursor)
    added: list[Increment] = field(default_factory=list)
    heads: list[tuple[str, ChainHead]] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    reporters: list[Reporter] = field(default_factory=list)
    known: list[tuple[str, str, str, datetime]] = field(default_factory=list)
    mailed: list[tuple[str, str, datetime]] = field(default_factory=list)
    notices: list[tuple[Notice, datetime]] = field(default_factory=list)
    links: list[NoticeLink] = field(default_factory=list)
    wrong_link_secrets: list[tuple[str, datetime]] = field(default_factory=list)
    events: list[EventEnvelope] = field(default_factory=list)


def items_of(cloud: Cloud) -> ByTable:
    return {
        name: [from_dynamodb(item) for _, item in sorted(table.items())]
        for name, table in cloud.tables().items()
    }


def put_items(cloud: Cloud, items: Iterable[tuple[str, Item]]) -> None:
    client = cloud.session.client("dynamodb")
    for table, item in items:
        client.transact_write_items(TransactItems=[{"Put": {"TableName": table, "Item": to_dynamodb(item)}}])


def read_everything(stack: Stack, tables: ByTable) -> Everything:
    """Return what the stores read from the tables of the stack, which contain these items."""
    settings = stack.settings
    cases, uploads = tables[settings.cases_table], tables[settings.uploads_table]
    reporters, notices = tables[settings.reporters_table], tables[settings.notices_table]
    bank, figures = tables[settings.hash_bank_table], tables[settings.metrics_table]
    head = stack.bank.get_head()
    misuse = MisuseStore(stack.dynamodb, settings.cases_table, REVIEWS_KEPT)
    found = Everything(
        cases=[_required(stack.cases.get_case(name)) for name in _names(cases, "CASE#")],
        needed=_required(stack.cases.preservation_mark()),
        about=[(name, _required(stack.cases.case_for_entry(name))) for name in _names(cases, "ABOUT#")],
        reports=[_required(stack.cases.get_report(name)) for name in _names(cases, "REPORT#")],
        filed=[
            (name, _required(stack.cases.find_report_by_request(name)), _expiry(item))
            for name, item in _items(cases, "FILED#")
        ],
        appeals=[
            (_required(stack.cases.get_appeal(name)), _expiry(item) if "expires_at" in item else None)
            for name, item in _items(cases, "APPEAL#")
        ],
        erasures=stack.cases.retention_head(),
        readings=[
            (name, reading)
            for name in _names(cases, "READING#")
            for reading in stack.cases.list_presences(name, now=datetime(2027, 1, 1, tzinfo=UTC))
        ],
        wrong_secrets=_attempts(cases),
        reviews=[_required(misuse.get(name)) for name in _names(cases, "MISUSE#")],
        senders=[stack.verified_reporters.get(name) for name in _names(cases, "SENDER#")],
        accounts=[stack.accounts.get(*item["pk"].split("#")) for item in tables[settings.accounts_table]],
        entries=sorted(
            stack.bank.get_entries(_names(bank, "ENTRY#")).values(), key=lambda stored: stored.seq
        ),
        snapshots=[_required(head.previous_snapshot), _required(head.latest_snapshot)],
        uploads=[
            _required(stack.uploads.get(name))
            for name, item in _items(uploads, "UPLOAD#")
            if item["sk"] == "UPLOAD"
        ],
        tickets=[
            _required(stack.uploads.get_ticket(name))
            for name, item in _items(uploads, "UPLOAD#")
            if item["sk"] == "TICKET"
        ],
        stopped=[
            (upload_id, name)
            for name in _names(uploads, "STOPPED#")
            for upload_id in stack.uploads.list_stopped_by_entry(name)
        ],
        lines=sorted(
            (line for _, line in stack.content_log.iterate_lines(LogPosition(HOUR), 8)),
            key=lambda line: line.upload_id,
        ),
        hours=list(stack.content_log.list_hours()),
        manifest=stack.content_log.get_manifest(),
        sweeps=[_swept(stack, name, uploads) for name in sorted(set(_names(uploads, "SWEEP#")))],
        records=list(stack.audit.list_records(CHAIN)),
        progress=stack.metrics.get_cursor(CHAIN),
        added=[*_of_days(stack), *_of_now(stack)],
        heads=list(stack.anchors.list_queued_heads()),
        anchors=[
            Anchor.from_json(_required(stack.anchors.read_anchor(number)))
            for number in stack.anchors.anchor_numbers(CHAIN)
        ],
        reporters=[
            _required(stack.reporters.get(item["pk"])) for item in reporters if item["sk"] == "REPORTER"
        ],
        known=[
            (*_two(name), _required(stack.reporters.get_verified_reporter_id(*_two(name))), _expiry(item))
            for name, item in _items(reporters, "SENDER#")
        ],
        mailed=[
            (item["pk"], item["sk"].removeprefix("MAIL#"), _expiry(item) - timedelta(days=30))
            for item in reporters
            if item["sk"].startswith("MAIL#")
            and stack.reporters.was_mailed(item["pk"], item["sk"].removeprefix("MAIL#"))
        ],
        notices=[
            (_required(stack.notices.get(Recipient(party, name), item["sk"])), _expiry(item))
            for party in RecipientParty
            for name, item in _items(notices, f"{party.value.upper()}#")
        ],
        links=[_required(stack.notices.get_link(name)) for name in _names(notices, "LINK#")],
        wrong_link_secrets=_attempts(notices),
        events=list(stack.outbox.list_pending(item["pk"] for item in tables[settings.outbox_table])),
    )
    changes = list(stack.bank.list_changes(0, head.seq))
    assert changes == [BankChange(stored.seq, stored.entry) for stored in found.entries]
    assert {name: dict(by) for name, by in stack.metrics.current_counters().items()} == {
        item["sk"]: {name: value for name, value in item.items() if name not in {"pk", "sk"}}
        for item in figures
        if item["pk"] == "NOW"
    }
    return found


def write_everything(stack: Stack, objects: Everything) -> None:
    """Write all objects into tables that contain only former versions of their items."""
    for change in (_write_cases, _write_people, _write_bank, _write_uploads, _write_records):
        change(stack, objects)


def _write_cases(stack: Stack, objects: Everything) -> None:
    misuse = MisuseStore(stack.dynamodb, stack.settings.cases_table, REVIEWS_KEPT)
    with _Written(stack) as transaction:
        for case in objects.cases:
            stack.cases.save_case(transaction, case)
        case_id, version = objects.needed.split(" ")
        needing = next(case for case in objects.cases if case.case_id == case_id)
        stack.cases.mark_preservation(transaction, replace(needing, version=int(version)))
        for entry_id, case_id in objects.about:
            stack.cases.route_entry(transaction, entry_id, case_id, expected=None)
        for report in objects.reports:
            stack.cases.save_report(transaction, report)
        for token, case_number, until in objects.filed:
            stack.cases.save_report_request(transaction, token, case_number, until=until)
        for appeal, kept in objects.appeals:
            stack.cases.save_appeal(transaction, appeal, until=kept)
        stack.cases.save_retention_head(transaction, objects.erasures)
        for case_id, reading in objects.readings:
            stack.cases.save_presence(transaction, case_id, reading)
        for review in objects.reviews:
            misuse.save(transaction, review)
        for sender in objects.senders:
            stack.verified_reporters.save(transaction, sender)
        for account in objects.accounts:
            stack.accounts.save(transaction, account)
    for who, now in objects.wrong_secrets:
        stack.cases.count_attempt(who, now)


@dataclass(frozen=True, slots=True)
class _StoredEvent(Event):
    """An event with any stored type and detail."""

    envelope: EventEnvelope

    @property
    def type(self) -> EventType:
        return self.envelope.type

    def detail(self) -> dict[str, object]:
        return dict(self.envelope.detail)


def _write_people(stack: Stack, objects: Everything) -> None:
    with _Written(stack) as transaction:
        for reporter in objects.reporters:
            stack.reporters.save(transaction, reporter)
        for platform, account_id, sender_id, until in objects.known:
            stack.reporters.save_verified_reporter_id(
                transaction, platform, account_id, sender_id, expected=None, until=until
            )
        for case_number, notice_id, now in objects.mailed:
            stack.reporters.record_mailed(transaction, case_number, notice_id, now=now)
        for notice, until in objects.notices:
            stack.notices.add(transaction, notice, until=until)
        for link in objects.links:
            stack.notices.add_link(transaction, link)
        for envelope in objects.events:
            stack.outbox.add(transaction, _StoredEvent(envelope), at=envelope.at)
    for who, now in objects.wrong_link_secrets:
        stack.notices.count_attempt(who, now)


def _write_bank(stack: Stack, objects: Everything) -> None:
    with _Written(stack) as transaction:
        stack.bank.append_changes(transaction, BankHead(), [(stored.entry, 0) for stored in objects.entries])
    for snapshot in objects.snapshots:
        stack.bank.publish_snapshot(stack.bank.get_head(), snapshot)


def _write_uploads(stack: Stack, objects: Everything) -> None:
    lines = {line.upload_id: line for line in objects.lines}
    with _Written(stack) as transaction:
        for upload in objects.uploads:
            stack.uploads.save(transaction, upload)
            if upload.fingerprint is not None:
                received = datetime.strptime(HOUR, "%Y-%m-%dT%H").replace(tzinfo=UTC)
                stack.content_log.add_line(transaction, replace(upload, received_at=received))
                line = lines[upload.upload_id]
                views = b"".join(view.pdq.data for view in upload.fingerprint.views)
                assert (line.sha256, line.views) == (upload.fingerprint.sha256, views)
        for upload_id, entry_id in objects.stopped:
            stack.uploads.link_entry(transaction, upload_id, entry_id)
    for ticket in objects.tickets:
        stack.uploads.save_ticket(ticket)
    for hour, state in objects.hours:
        assert stack.content_log.transition_hour(hour, HourState.OPEN, state)
    stack.content_log.save_manifest(objects.manifest)
    for sweep, parts in objects.sweeps:
        _sweep(stack, sweep, parts)


def _sweep(stack: Stack, sweep: Sweep, parts: list[tuple[SweepPart, bool]]) -> None:
    stack.sweeps.begin(replace(sweep, parts=0, parts_done=0, matched_uploads=0, finished_at=None))
    stack.sweeps.add_parts(sweep, [part for part, _ in parts if part != PLAN_PART])
    matched = sweep.matched_uploads
    for part, is_done in parts:
        if is_done:
            stack.sweeps.complete_part(sweep.sweep_id, part, matched=matched)
            matched = 0
    with _Written(stack) as transaction:
        stack.sweeps.finish(transaction, sweep)


def _write_records(stack: Stack, objects: Everything) -> None:
    with _Written(stack) as transaction:
        head = ChainHead()
        for record in objects.records:
            head = stack.audit.append(
                transaction,
                record.chain,
                head,
                at=record.at,
                actor=record.actor,
                action=record.action,
                details=record.details,
            )
        stack.metrics.save_cursor(transaction, CHAIN, objects.progress, expected=ChainCursor())
        stack.metrics.add_increments(transaction, objects.added)
        for chain, waiting in objects.heads:
            stack.anchors.queue_head(transaction, chain, waiting)
    for anchor in objects.anchors:
        stack.anchors.write_anchor(anchor)
        for chain, anchored in anchor.heads:
            stack.anchors.record_anchored_head(anchor, chain, anchored, is_queued=False)
        stack.anchors.advance_last_anchor(anchor)


class _Written:
    """A context with a transaction, which is committed at its end."""

    def __init__(self, stack: Stack) -> None:
        self._transaction = stack.transaction()

    def __enter__(self) -> Transaction:
        return self._transaction

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if error is None:
            self._transaction.commit()


def _items(items: Iterable[Item], prefix: str) -> Iterator[tuple[str, Item]]:
    return ((item["pk"].removeprefix(prefix), item) for item in items if item["pk"].startswith(prefix))


def _names(items: Iterable[Item], prefix: str) -> list[str]:
    return [name for name, _ in _items(items, prefix)]


def _required(found: Any) -> Any:
    assert found is not None
    return found


def _two(name: str) -> tuple[str, str]:
    one, other = name.split("#")
    return one, other


def _expiry(item: Item) -> datetime:
    return datetime.fromtimestamp(item["expires_at"], UTC)


def _attempts(items: Iterable[Item]) -> list[tuple[str, datetime]]:
    return [
        (name, _expiry(item) - timedelta(hours=2))
        for name, item in _items(items, "ATTEMPTS#")
        for _ in range(item["attempts"])
    ]


def _swept(stack: Stack, sweep_id: str, items: Iterable[Item]) -> tuple[Sweep, list[tuple[SweepPart, bool]]]:
    names = [item["sk"] for name, item in _items(items, "SWEEP#") if name == sweep_id]
    parts = [_required(stack.sweeps.get_part(sweep_id, name)) for name in names if name != "SWEEP"]
    sweep = _required(stack.sweeps.get(sweep_id))
    assert all(stack.sweeps.get_latest_for_entry(entry_id) == sweep for entry_id in sweep.entries)
    return sweep, parts


def _of_days(stack: Stack) -> Iterator[Increment]:
    for counted in stack.metrics.list_counters(FIRST_DAY, LAST_DAY):
        day = f"{counted.day:%Y-%m-%d}"
        for name, by in counted.counters.items():
            if counted.reviewer is None:
                yield Increment(CounterScope.DAY, day, name, by)
            else:
                yield Increment(CounterScope.REVIEWER, f"{day}#{counted.reviewer}", name, by)


def _of_now(stack: Stack) -> Iterator[Increment]:
    for place, counters in stack.metrics.current_counters().items():
        group, _, key = place.partition("#")
        for name, by in counters.items():
            yield Increment(CounterScope(group), key, name, by)

"""The unit of work: state, audit records and events of a change are written together or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any, get_type_hints

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from hypothesis import given
from hypothesis import strategies as st
from staydown.aws.audit_store import RETENTION_CHAIN, case_chain
from staydown.aws.bank_store import StoredEntry
from staydown.domain.accounts.account import Account, Block
from staydown.domain.audit import account_details, case_details, details, upload_details
from staydown.domain.audit.actions import AuditAction
from staydown.domain.audit.actors import Actor
from staydown.domain.audit.case_details import AppealDetails
from staydown.domain.audit.chain import verify_chain
from staydown.domain.audit.details import ActionOnly, AuditDetails, MatchDetails
from staydown.domain.audit.upload_details import EntryOverridden, UploadMatched, UploadSettled
from staydown.domain.bank.entry import BankEntry, Support, SupportSource
from staydown.domain.cases.case import MAX_CASE_ENTRIES, MAX_CASE_REPORTS, MAX_CASE_UPLOADS, Case
from staydown.domain.cases.decisions import ShownContent
from staydown.domain.cases.reports import Report, ReportedHash
from staydown.domain.errors import ConcurrentChange
from staydown.domain.events import AccountBlocked, CaseWithdrawn, EventType
from staydown.domain.uploads.stops import deadline_stop
from staydown.domain.uploads.upload import Upload, UploadState
from staydown.services.reports.file_report import MAX_PICTURES, file_report
from staydown.services.retention.legal_hold import LegalHoldReason, place_legal_hold
from staydown.services.unit_of_work import Maintenance, UncoveredChange, UnitOfWork

from tests.compatibility.test_published_strings import PUBLISHED
from tests.support.actions import VERIFIED, appeal_case, decide, report, resolve_appeal
from tests.support.faults import Fault, FaultInjector
from tests.support.sample_images import FunctionDied, drawn, drawn_hash
from tests.support.world import World, memory_world

LOOKED_UP = ActionOnly(AuditAction.CASE_LOOKED_UP)


@pytest.fixture
def scene() -> Iterator[Scene]:
    """A reported upload. Its invariants are not checked: these tests write changes that no service makes."""
    with memory_world() as world:
        yield Scene(world)


class Scene:
    """The objects that the tests change, as they are stored."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.stack = world.stack
        upload = world.upload("alpha", "ann", drawn(1))
        filed = report(world, upload, hashes=[drawn_hash(2)])
        world.publish()
        self.upload = world.reload(upload)
        self.case, self.other_case = (self.read_case(case.case_id) for case in filed.cases)
        self.report: Report = self.stack.cases.get_reports([filed.report.case_number])[0]
        (entry_id,) = self.other_case.entries
        self.entry: StoredEntry = self.stack.bank.get_entries([entry_id])[entry_id]
        self.account = self.stack.accounts.get("alpha", "ann")

    def read_case(self, case_id: str) -> Case:
        case = self.stack.cases.get_case(case_id)
        assert case is not None
        return case

    def unit_of_work(self) -> UnitOfWork:
        return UnitOfWork(self.stack, Actor.reviewer("ada"))

    @property
    def hidden(self) -> Upload:
        return self.upload.with_stops([deadline_stop(self.case.case_id)], now=self.stack.now())

    @property
    def block(self) -> Block:
        return Block(self.case.case_id, self.stack.now(), "judged_violating")

    @property
    def blocked(self) -> Account:
        return self.account.with_block(self.block)

    @property
    def supported(self) -> BankEntry:
        return self.entry.entry.with_support(Support(SupportSource.CASE, self.case.case_id))

    def prepare_all(self) -> UnitOfWork:
        """Return a unit of work with a recorded case, what it covers, and events."""
        uow = self.unit_of_work()
        uow.cover(self.hidden, by=self.case)
        uow.cover(self.blocked, AccountBlocked.of(self.blocked, case_id=self.case.case_id), by=self.case)
        uow.bank([(self.entry, self.supported)], by=self.case)
        uow.record(
            replace(self.case, revision=self.case.revision + 1), LOOKED_UP, CaseWithdrawn(self.case.case_id)
        )
        return uow

    def assert_all_written(self) -> None:
        case, stack = self.read_case(self.case.case_id), self.stack
        assert case.revision == self.case.revision + 1
        records = list(stack.audit.list_records(case_chain(case.case_id)))
        verify_chain(records, case.audit)
        assert (records[-1].action, records[-1].actor) == (AuditAction.CASE_LOOKED_UP, "ada")
        assert self.world.reload(self.upload).stops == self.hidden.stops
        assert stack.accounts.get("alpha", "ann").blocked
        assert stack.bank.get_entries([self.entry.entry.entry_id])[self.entry.entry.entry_id].entry == (
            self.supported
        )
        events = [envelope.type for envelope in stack.outbox.list_pending(self.world.outbox())]
        assert sorted(events) == sorted(
            [EventType.ACCOUNT_BLOCKED, EventType.BANK_CHANGED, EventType.CASE_WITHDRAWN]
        )


def test_state_record_and_events_are_committed_together(scene: Scene) -> None:
    scene.prepare_all().commit()
    scene.assert_all_written()


@pytest.mark.promise(9)
@pytest.mark.parametrize("fault", list(Fault))
def test_fault_at_the_commit_leaves_all_or_nothing(scene: Scene, fault: Fault) -> None:
    uow, before = scene.prepare_all(), scene.world.cloud.tables()
    injector = FaultInjector(0, fault)
    with (
        scene.world.cloud.wire.watched_by(injector),
        pytest.raises((BotoCoreError, ClientError, FunctionDied, ConcurrentChange)),
    ):
        uow.commit()
    assert [call.operation for call in injector.calls] == ["TransactWriteItems"]
    if fault in {Fault.AFTER, Fault.DIED_AFTER}:
        scene.assert_all_written()
    else:
        assert scene.world.cloud.tables() == before


UNCOVERED: dict[str, Callable[[Scene, UnitOfWork], object]] = {
    "upload": lambda scene, uow: uow.cover(scene.hidden, by=scene.case),
    "account": lambda scene, uow: uow.cover(scene.blocked, by=scene.case),
    "report": lambda scene, uow: uow.cover(scene.report, by=scene.case),
    "entry": lambda scene, uow: uow.bank([(scene.entry, scene.supported)], by=scene.case),
}


@pytest.mark.promise(9)
@pytest.mark.parametrize("change", sorted(UNCOVERED))
@pytest.mark.parametrize("other_record", [False, True])
def test_change_without_its_record_is_not_committed(scene: Scene, change: str, other_record: bool) -> None:
    """A record of another case does not cover it."""
    before, uow = scene.world.cloud.tables(), scene.unit_of_work()
    UNCOVERED[change](scene, uow)
    if other_record:
        uow.record(scene.other_case, LOOKED_UP)
    with pytest.raises(UncoveredChange, match="no audit record of case covers a change"):
        uow.commit()
    assert scene.world.cloud.tables() == before


@pytest.mark.parametrize("why", list(Maintenance))
def test_maintenance_saves_state_and_events_without_a_record(scene: Scene, why: Maintenance) -> None:
    audit_table = scene.world.cloud.settings.audit_table
    before, uow = dict(scene.world.cloud.table(audit_table)), scene.unit_of_work()
    uow.maintain(scene.blocked, why, AccountBlocked.of(scene.blocked, case_id=scene.case.case_id))
    uow.commit()
    assert scene.stack.accounts.get("alpha", "ann").blocked
    assert dict(scene.world.cloud.table(audit_table)) == before
    (envelope,) = scene.stack.outbox.list_pending(scene.world.outbox())
    assert AccountBlocked.of_envelope(envelope) == AccountBlocked.of(
        scene.blocked, case_id=scene.case.case_id
    )


STALE: dict[str, Callable[[Scene, UnitOfWork], object]] = {
    "record of a case": lambda scene, uow: uow.record(scene.case, LOOKED_UP),
    "record of an upload": lambda scene, uow: uow.record(scene.hidden, LOOKED_UP),
    "record of an account": lambda scene, uow: uow.record(scene.blocked, LOOKED_UP),
    "maintained report": lambda scene, uow: uow.maintain(scene.report, Maintenance.CONTACT),
    "banked entry": lambda scene, uow: uow.bank([(scene.entry, scene.supported)], by=Maintenance.ERASURE),
}


@pytest.mark.promise(7)
@pytest.mark.parametrize("change", sorted(STALE))
def test_only_one_of_two_changes_to_a_version_is_committed(scene: Scene, change: str) -> None:
    first, second = scene.unit_of_work(), scene.unit_of_work()
    STALE[change](scene, first)
    STALE[change](scene, second)
    first.commit()
    after_first = scene.world.cloud.tables()
    with pytest.raises(ConcurrentChange):
        second.commit()
    assert scene.world.cloud.tables() == after_first


def test_unchanged_case_is_a_condition_of_the_commit(scene: Scene) -> None:
    before, uow = scene.case, scene.unit_of_work()
    uow.require_unchanged(before)
    uow.record(scene.other_case, LOOKED_UP)
    another = scene.unit_of_work()
    another.record(before, LOOKED_UP)
    another.commit()
    with pytest.raises(ConcurrentChange):
        uow.commit()
    assert scene.read_case(scene.other_case.case_id) == scene.other_case


def _details_classes() -> list[type[AuditDetails]]:
    return [
        cls
        for module in (details, case_details, upload_details, account_details)
        for cls in vars(module).values()
        if isinstance(cls, type)
        and issubclass(cls, AuditDetails)
        and cls.__module__ == module.__name__
        and cls not in {AuditDetails, AppealDetails}
    ]


_COUNTS = st.integers(min_value=0, max_value=10**9)
_VALUES: dict[Any, st.SearchStrategy[Any]] = {
    int: _COUNTS,
    int | None: st.none() | _COUNTS,
    datetime | None: st.none() | st.datetimes(min_value=datetime(2020, 1, 1), timezones=st.just(UTC)),
    tuple[MatchDetails, ...]: st.lists(st.builds(MatchDetails, distance=_COUNTS)).map(tuple),
    Mapping[ShownContent, int]: st.dictionaries(st.sampled_from(ShownContent), _COUNTS),
}
_DISCRIMINATORS: dict[tuple[type[AuditDetails], str], st.SearchStrategy[Any]] = {
    (UploadMatched, "state"): st.sampled_from([UploadState.HELD, UploadState.BLOCKED, UploadState.REMOVED]),
    (UploadSettled, "state"): st.sampled_from([UploadState.PUBLISHED, UploadState.REJECTED]),
    (EntryOverridden, "of"): st.sampled_from([one for one in AuditAction if one.value.startswith("entry.")]),
}
"""Fields of which a class has only some values."""


def _any_details(cls: type[AuditDetails]) -> st.SearchStrategy[AuditDetails]:
    values = {}
    for name, hint in get_type_hints(cls).items():
        if (cls, name) in _DISCRIMINATORS:
            values[name] = _DISCRIMINATORS[cls, name]
        elif name in {one.name for one in fields(cls)}:
            values[name] = _VALUES[hint] if hint in _VALUES else st.from_type(hint)
    return st.builds(cls, **values)


@given(data=st.data())
def test_details_of_every_action_are_stored_and_read_unchanged(data: st.DataObject) -> None:
    cls = data.draw(st.sampled_from(_details_classes()))
    details = data.draw(_any_details(cls))
    stored = details.as_json()
    assert details.action.value in PUBLISHED["audit_actions"]
    assert set(stored) <= set(PUBLISHED["audit_details"].get(details.action.value, ()))
    assert json.loads(json.dumps(stored)) == stored
    with memory_world() as world:
        uow = UnitOfWork(world.stack)
        uow.record_erasure(details)
        uow.commit()
        (record,) = world.stack.audit.list_records(RETENTION_CHAIN)
        assert (record.action, dict(record.details)) == (details.action, stored)
        verify_chain([record], world.stack.cases.retention_head())


def _most_writes(world: World, operation: Callable[[], object]) -> int:
    world.cloud.limits.most_writes = 0
    operation()
    return world.cloud.limits.most_writes


def _largest_case(world: World) -> tuple[Case, Upload]:
    """Return a case of as many uploads, accounts, entries and reports as a case takes, and one upload."""
    hashes = [drawn_hash(1, flipped=bits) for bits in range(MAX_CASE_ENTRIES)]
    for pdq in hashes:
        report(world, hashes=[pdq])
    uploads = [
        world.upload("alpha", f"account-{bits}", drawn(1, flipped=bits, copy=7))
        for bits in range(MAX_CASE_ENTRIES, MAX_CASE_ENTRIES + MAX_CASE_UPLOADS)
    ]
    case_id = uploads[0].cases[0]
    for _ in range(1, MAX_CASE_REPORTS):
        report(world, hashes=[hashes[-1]])
    case = world.stack.cases.get_case(case_id)
    assert case is not None
    assert (len(case.uploads), len(case.entries)) == (MAX_CASE_UPLOADS, MAX_CASE_ENTRIES)
    assert len(case.reports) == MAX_CASE_REPORTS
    assert len({upload.account_id for upload in uploads}) == MAX_CASE_UPLOADS
    return case, uploads[0]


@pytest.mark.parametrize(("on_hold", "decision", "reversal"), [(False, 85, 97), (True, 86, 98)])
def test_largest_decision_and_reversal_fit_a_transaction(
    world: World, on_hold: bool, decision: int, reversal: int
) -> None:
    """Exact numbers, of the 100 writes that DynamoDB takes. A legal hold adds the preservation mark."""
    case, upload = _largest_case(world)
    if on_hold:
        place_legal_hold(world.stack, case.case_id, actor=Actor.reviewer("sue"), reason=LegalHoldReason.COURT)
    assert _most_writes(world, lambda: decide(world, case.case_id)) == decision
    appeal = appeal_case(world, upload, case.case_id)
    assert _most_writes(world, lambda: resolve_appeal(world, appeal)) == reversal


@pytest.mark.parametrize(("hashes", "largest"), [(10, 90), (MAX_PICTURES, 95)])
@pytest.mark.parametrize("by_platform", [False, True])
def test_largest_report_fits_a_transaction(
    world: World, hashes: int, largest: int, by_platform: bool
) -> None:
    """The API takes ten hashes. A request id and a verified account add one write each."""
    uploads = [world.upload("alpha", f"account-{n}", drawn(n)) for n in range(MAX_PICTURES - hashes)]
    form = replace(
        VERIFIED,
        verified_account=VERIFIED.verified_account if by_platform else None,
        uploads=tuple(upload.upload_id for upload in uploads),
        hashes=tuple(ReportedHash(drawn_hash(100 + n), 100) for n in range(hashes)),
    )
    request_id = "request" if by_platform else None
    writes = _most_writes(world, lambda: file_report(world.stack, form, request_id=request_id))
    assert writes == largest + (2 if by_platform else 0)

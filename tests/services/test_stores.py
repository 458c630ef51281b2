"""The contract of the stores, on moto and on the in-memory cloud of the fault and interleaving tests.

Both apply the rules of DynamoDB that moto does not check. With STAYDOWN_DYNAMODB_ENDPOINT the tests also run
against the DynamoDB at that address, for example DynamoDB Local, and delete its tables.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError
from staydown.aws.arrays_store import ArraysNotFound
from staydown.aws.content_log import SHARDS
from staydown.aws.images import ImageAbsent
from staydown.aws.stack import Stack
from staydown.aws.sweeps_store import MAX_ENTRIES
from staydown.aws.transaction import Transaction
from staydown.domain.accounts.account import Account, Block
from staydown.domain.bank.entry import BankEntry, Support, SupportSource
from staydown.domain.bank.fingerprints import Fingerprint, View
from staydown.domain.cases.appeals import DecisionAppeal
from staydown.domain.cases.case import Case, CaseOrigin
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import AccountIsBlocked, ConcurrentChange
from staydown.domain.events import CaseOpened, CaseWithdrawn, EventType
from staydown.domain.uploads.content_log import HourState, LogLine, LogPosition
from staydown.domain.uploads.stops import StopReason, decision_stop
from staydown.domain.uploads.sweeps import PLAN_PART, Sweep, SweepPartKind, split_into_parts
from staydown.domain.uploads.upload import Upload

from tests.domain.strategies import NOW, fresh_upload
from tests.support.botocore_hooks import Call
from tests.support.cloud import Cloud, memory_cloud, moto_cloud
from tests.support.dynamodb_rules import MAX_ITEM_BYTES, DynamoDbRules, item_size
from tests.support.sample_images import drawn_hash

ENDPOINT = os.environ.get("STAYDOWN_DYNAMODB_ENDPOINT")
CLOUDS: dict[str, Callable[[], Any]] = {
    "moto": moto_cloud,
    "dictionaries": memory_cloud,
    "dictionaries through boto3": lambda: memory_cloud(light=False),
}
if ENDPOINT is not None:
    CLOUDS["the endpoint"] = lambda: moto_cloud(dynamodb=ENDPOINT)
IMAGE = Fingerprint(
    sha256=bytes(range(32)),
    views=(View("upright", drawn_hash(1), 100), View("frame 2, mirrored", drawn_hash(2), 0)),
    phash=2**64 - 1,
    media_type="image/png",
    width=640,
    height=480,
    frames=2,
)


@pytest.fixture(params=CLOUDS)
def cloud(request: pytest.FixtureRequest) -> Iterator[Cloud]:
    with CLOUDS[request.param]() as cloud:
        yield cloud


@pytest.fixture
def stack(cloud: Cloud) -> Stack:
    return Stack(cloud.settings, cloud.session, now=lambda: NOW)


def commit(stack: Stack, *fill: Callable[[Transaction], object]) -> None:
    transaction = stack.transaction()
    for one in fill:
        one(transaction)
    transaction.commit()


def _register(stack: Stack, upload: Upload, transaction: Transaction) -> None:
    stack.uploads.save(transaction, upload)
    stack.content_log.add_line(transaction, upload)


def _append(stack: Stack, changed: list[tuple[BankEntry, int]], transaction: Transaction) -> None:
    stack.bank.append_changes(transaction, stack.bank.get_head(), changed)


def _save_case(stack: Stack, saved: Case, transaction: Transaction) -> None:
    stack.cases.save_case(transaction, saved)


def entry(number: int, **changes: Any) -> BankEntry:
    supports = frozenset({Support(SupportSource.CASE, "c"), Support(SupportSource.REPORT, "SD-1")})
    entry_id = f"00000000-0000-4000-8000-{number:012}"
    one = BankEntry(entry_id, drawn_hash(number), 90, bytes([number]) * 32, number, supports)
    return replace(one, **changes)


def case(number: int, **changes: Any) -> Case:
    return replace(Case(f"case-{number}", CaseState.OPEN, CaseOrigin.REPORT, NOW, None), **changes)


class TestTransactions:
    def test_transaction_is_all_or_nothing(self, stack: Stack) -> None:
        commit(stack, lambda t: stack.cases.save_case(t, case(1)))
        with pytest.raises(ConcurrentChange):
            commit(
                stack,
                lambda t: stack.cases.save_case(t, case(2)),
                lambda t: stack.cases.save_case(t, case(1)),
            )
        assert stack.cases.get_case("case-2") is None

    def test_first_failed_condition_determines_the_error(self, stack: Stack) -> None:
        blocked = Account("alpha", "ann").with_block(Block("c", NOW, "r"))
        commit(stack, lambda t: stack.accounts.save(t, blocked))
        with pytest.raises(AccountIsBlocked):
            commit(
                stack,
                lambda t: stack.uploads.save(t, fresh_upload()),
                lambda t: stack.accounts.require_unblocked(t, "alpha", "ann"),
            )
        assert stack.uploads.get("u") is None
        commit(stack, lambda t: stack.accounts.require_unblocked(t, "beta", "ann"))

    def test_oversized_transaction_is_rejected_before_it_is_sent(self, stack: Stack) -> None:
        transaction = stack.transaction()
        for number in range(101):
            stack.uploads.link_entry(transaction, f"u{number}", "e")
        with pytest.raises(ValueError, match="101 writes"):
            transaction.commit()
        assert list(stack.uploads.list_stopped_by_entry("e")) == []

    def test_two_operations_on_one_item_are_rejected_without_an_id(self, stack: Stack) -> None:
        with pytest.raises(ValueError, match="two operations on one CASE item") as refused:
            commit(
                stack,
                lambda t: stack.cases.save_case(t, case(1)),
                lambda t: stack.cases.save_case(t, case(1)),
            )
        assert "case-1" not in str(refused.value)

    def test_empty_transaction_makes_no_call(self, stack: Stack) -> None:
        stack.transaction().commit()


class TestUploads:
    def test_upload_survives_a_round_trip(self, stack: Stack) -> None:
        upload = fresh_upload(
            fingerprint=IMAGE, cases=("c1", "c2"), dismissed_matches={"c1": frozenset({"e1"})}
        )
        upload = upload.published(now=NOW).with_stops(
            [decision_stop("c1", StopReason.JUDGED_VIOLATING)], now=NOW
        )
        commit(stack, lambda t: _register(stack, upload, t))
        found = stack.uploads.get("u")
        assert found == replace(upload, version=1)
        assert stack.uploads.get_many(["x", "u"]) == [found]

    def test_only_one_of_two_writes_of_a_version_succeeds(self, stack: Stack) -> None:
        commit(stack, lambda t: stack.uploads.save(t, fresh_upload()))
        first = stack.uploads.get("u")
        assert first is not None
        commit(stack, lambda t: stack.uploads.save(t, first))
        with pytest.raises(ConcurrentChange):
            commit(stack, lambda t: stack.uploads.save(t, first))

    def test_registered_upload_is_in_the_log_of_its_hour(self, stack: Stack) -> None:
        for number in range(20):
            upload = fresh_upload(
                f"u{number}", fingerprint=IMAGE, received_at=NOW + timedelta(hours=number % 2)
            )
            commit(stack, partial(_register, stack, upload))
        hours = ["2027-03-01T12", "2027-03-01T13"]
        assert list(stack.content_log.list_hours()) == [(hour, HourState.OPEN) for hour in hours]
        lines = [
            line for hour in hours for _, line in stack.content_log.iterate_lines(LogPosition(hour), SHARDS)
        ]
        assert {line.upload_id for line in lines} == {f"u{number}" for number in range(20)}
        assert lines[0].sha256 == IMAGE.sha256
        assert lines[0].views == drawn_hash(1).data + drawn_hash(2).data

    def test_links_are_added_and_removed(self, stack: Stack) -> None:
        commit(
            stack,
            lambda t: stack.uploads.link_entry(t, "u1", "e"),
            lambda t: stack.uploads.link_entry(t, "u2", "e"),
        )
        commit(stack, lambda t: stack.uploads.unlink_entry(t, "u1", "e"))
        assert list(stack.uploads.list_stopped_by_entry("e")) == ["u2"]

    def test_largest_upload_fits_an_item(self, stack: Stack) -> None:
        views = tuple(
            View(f"frame {number}, trimmed, mirrored, turned 270", drawn_hash(number), 100)
            for number in range(32 * 32)
        )
        upload = fresh_upload(fingerprint=replace(IMAGE, views=views))
        commit(stack, lambda t: _register(stack, upload, t))
        found = stack.uploads.get("u")
        assert found is not None
        assert found.fingerprint == upload.fingerprint


class TestContentLog:
    def lines(self, stack: Stack, hour: str) -> list[LogLine]:
        return [line for _, line in stack.content_log.iterate_lines(LogPosition(hour), SHARDS)]

    def test_upload_of_a_closed_hour_is_logged_in_the_next_open_one(self, stack: Stack) -> None:
        upload = fresh_upload(fingerprint=IMAGE)
        commit(stack, partial(_register, stack, upload))
        stack.content_log.ensure_in_open_hour(upload, NOW)
        assert len(self.lines(stack, "2027-03-01T12")) == 1
        assert stack.content_log.transition_hour("2027-03-01T12", HourState.OPEN, HourState.CLOSED)
        assert stack.content_log.transition_hour("2027-03-01T12", HourState.OPEN, HourState.CLOSED)
        assert not stack.content_log.transition_hour("2027-03-01T12", HourState.OPEN, HourState.ERASED)
        stack.content_log.ensure_in_open_hour(upload, NOW)
        assert not self.lines(stack, "2027-03-01T12")
        assert [line.upload_id for line in self.lines(stack, "2027-03-01T13")] == ["u"]

    def test_closed_hour_is_not_reopened_by_another_upload(self, stack: Stack) -> None:
        commit(stack, partial(_register, stack, fresh_upload(fingerprint=IMAGE)))
        stack.content_log.transition_hour("2027-03-01T12", HourState.OPEN, HourState.CLOSED)
        stack.content_log._hours_marked.clear()
        commit(stack, partial(_register, stack, fresh_upload("v", fingerprint=IMAGE)))
        assert stack.content_log.get_hour_state("2027-03-01T12") is HourState.CLOSED

    def test_lines_continue_after_a_position(self, stack: Stack) -> None:
        for number in range(12):
            upload = fresh_upload(f"u{number}", fingerprint=IMAGE)
            commit(stack, partial(_register, stack, upload))
        whole = list(stack.content_log.iterate_lines(LogPosition("2027-03-01T12"), SHARDS))
        for count, (place, _) in enumerate(whole, 1):
            rest = stack.content_log.iterate_lines(place, SHARDS - place.shard)
            assert [line for _, line in rest] == [line for _, line in whole[count:]]

    def test_hour_is_erased_in_batches(self, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("staydown.aws.content_log.DELETE_BATCH_SIZE", 30)
        for number in range(100):
            upload = fresh_upload(f"u{number}", fingerprint=IMAGE)
            commit(stack, partial(_register, stack, upload))
        rounds = 0
        while not stack.content_log.delete_lines("2027-03-01T12"):
            rounds += 1
        assert rounds >= 100 / 30
        assert not self.lines(stack, "2027-03-01T12")
        stack.content_log.delete_hour("2027-03-01T12")
        assert list(stack.content_log.list_hours()) == []

    def test_only_one_of_two_writes_of_a_manifest_succeeds(self, stack: Stack) -> None:
        manifest = stack.content_log.get_manifest()
        saved = stack.content_log.save_manifest(replace(manifest, compacted={"2027-03-01T12": NOW}))
        assert stack.content_log.get_manifest() == saved
        with pytest.raises(ConcurrentChange):
            stack.content_log.save_manifest(manifest)

    def test_missing_file_raises_file_absent(self, stack: Stack) -> None:
        key = stack.content_segments.write(stack.content_segments.new_key("x"), b"bytes")
        assert stack.content_segments.read(key) == b"bytes"
        stack.content_segments.delete(key)
        with pytest.raises(ArraysNotFound):
            stack.content_segments.read(key)


class TestSweeps:
    def test_parts_are_added_once_counted_once_and_sent_until_done(self, stack: Stack) -> None:
        sweep = Sweep("s", ("e1", "e2"), NOW)
        stack.sweeps.begin(sweep)
        stack.sweeps.begin(sweep)
        first, second = split_into_parts(SweepPartKind.UPLOADS, (f"u{number}" for number in range(150)), 100)
        assert stack.sweeps.add_parts(sweep, [first]) == [first.name]
        assert stack.sweeps.add_parts(sweep, [first, second]) == [first.name, second.name]
        stack.sweeps.complete_part("s", first, matched=3)
        with pytest.raises(ConcurrentChange):
            stack.sweeps.complete_part("s", first, matched=3)
        assert stack.sweeps.add_parts(sweep, [first, second]) == [second.name]
        assert set(stack.sweeps.list_pending_parts("s")) == {PLAN_PART.name, second.name}
        assert stack.sweeps.get("s") == replace(sweep, parts=3, parts_done=1, matched_uploads=3)
        assert stack.sweeps.get_part("s", second.name) == (second, False)

    def test_sweep_of_the_last_change_of_an_entry_is_found(self, stack: Stack) -> None:
        first, second = Sweep("s1", ("e1", "e2"), NOW, bank_seq=9), Sweep("s2", ("e1",), NOW, bank_seq=10)
        for sweep in (second, first):
            stack.sweeps.begin(sweep)
        assert stack.sweeps.get_latest_for_entry("e1") == replace(second, parts=1)
        assert stack.sweeps.get_latest_for_entry("e2") == replace(first, parts=1)
        assert stack.sweeps.get_latest_for_entry("e3") is None

    def test_largest_sweep_begins_in_one_transaction(self, stack: Stack) -> None:
        many = tuple(f"e{number}" for number in range(MAX_ENTRIES))
        stack.sweeps.begin(Sweep("s", many, NOW, bank_seq=1))
        assert stack.sweeps.get_latest_for_entry(many[-1]) == Sweep("s", many, NOW, parts=1, bank_seq=1)

    def test_sweep_finishes_once(self, stack: Stack) -> None:
        sweep = Sweep("s", ("e1",), NOW)
        stack.sweeps.begin(sweep)
        over = replace(sweep, parts=1, finished_at=NOW)
        commit(stack, lambda t: stack.sweeps.finish(t, over))
        assert stack.sweeps.get("s") == over
        with pytest.raises(ConcurrentChange):
            commit(stack, lambda t: stack.sweeps.finish(t, over))

    def test_hundreds_of_parts_can_be_added(self, stack: Stack) -> None:
        sweep = Sweep("s", ("e1",), NOW)
        stack.sweeps.begin(sweep)
        parts = split_into_parts(SweepPartKind.UPLOADS, (f"u{number}" for number in range(250)), 1)
        assert len(stack.sweeps.add_parts(sweep, parts)) == 250
        assert stack.sweeps.get("s") == replace(sweep, parts=251)


class TestBank:
    def test_changes_are_numbered_without_gaps_and_read_in_order(self, stack: Stack) -> None:
        for number in range(5):
            known = stack.bank.get_entries([entry(0).entry_id]).get(entry(0).entry_id)
            changed = [(entry(0, quality=number) if known else entry(0), known.seq if known else 0)]
            changed += [(entry(number + 1), 0)]
            commit(stack, partial(_append, stack, changed))
        assert stack.bank.get_head().seq == 10
        assert [change.seq for change in stack.bank.list_changes(0, 10)] == list(range(1, 11))
        assert [change.seq for change in stack.bank.list_changes(3, 7)] == [4, 5, 6, 7]

    def test_change_survives_a_round_trip(self, stack: Stack) -> None:
        whole = entry(1, disabled=True)
        commit(stack, lambda t: stack.bank.append_changes(t, stack.bank.get_head(), [(whole, 0)]))
        (change,) = stack.bank.list_changes(0, 1)
        assert change.entry == whole
        assert stack.bank.get_entries([whole.entry_id])[whole.entry_id].entry == whole

    def test_two_writers_with_the_same_head_cannot_both_append(self, stack: Stack) -> None:
        head = stack.bank.get_head()
        commit(stack, lambda t: stack.bank.append_changes(t, head, [(entry(1), 0)]))
        with pytest.raises(ConcurrentChange):
            commit(stack, lambda t: stack.bank.append_changes(t, head, [(entry(2), 0)]))
        assert stack.bank.get_head().seq == 1

    def test_entry_changed_since_it_was_read_is_not_overwritten(self, stack: Stack) -> None:
        commit(stack, lambda t: stack.bank.append_changes(t, stack.bank.get_head(), [(entry(1), 0)]))
        commit(stack, lambda t: stack.bank.append_changes(t, stack.bank.get_head(), [(entry(1), 1)]))
        with pytest.raises(ConcurrentChange):
            commit(stack, lambda t: stack.bank.append_changes(t, stack.bank.get_head(), [(entry(1), 1)]))

    def test_log_continues_across_partitions(self, stack: Stack) -> None:
        stack.dynamodb.transact_write_items(
            TransactItems=[
                {
                    "Put": {
                        "TableName": stack.settings.hash_bank_table,
                        "Item": {"pk": {"S": "HEAD"}, "sk": {"S": "HEAD"}, "seq": {"N": "998"}},
                    }
                }
            ]
        )
        changed = [(entry(number), 0) for number in range(4)]
        commit(stack, lambda t: stack.bank.append_changes(t, stack.bank.get_head(), changed))
        assert [change.seq for change in stack.bank.list_changes(998, 1002)] == [999, 1000, 1001, 1002]
        assert [change.seq for change in stack.bank.list_changes(999, 1000)] == [1000]


class TestCases:
    def test_case_survives_a_round_trip(self, stack: Stack) -> None:
        whole = case(
            1,
            deadline=NOW + timedelta(hours=48),
            uploads=("u1",),
            blocked_accounts=(("alpha", "ann"),),
            participants=frozenset({"ada"}),
        ).claimed("ben", now=NOW, expires_at=NOW + timedelta(minutes=30))
        commit(stack, lambda t: stack.cases.save_case(t, whole))
        assert stack.cases.get_case("case-1") == replace(whole, version=1)

    def test_the_queue_is_paged_in_the_order_of_deadlines(self, stack: Stack) -> None:
        for number in (3, 1, 2):
            late = case(number, deadline=NOW + timedelta(hours=number))
            commit(stack, partial(_save_case, stack, late))
        commit(stack, lambda t: stack.cases.save_case(t, case(4)))
        commit(stack, lambda t: stack.cases.save_case(t, case(5, state=CaseState.DECIDED)))
        first, after = stack.cases.list_undecided_cases(limit=3)
        rest, _ = stack.cases.list_undecided_cases(after=after, limit=3)
        assert [c.case_id for c in first] == ["case-1", "case-2", "case-3"]
        assert [c.case_id for c in rest] == ["case-4"]
        assert [c.case_id for c in stack.cases.iterate_undecided_cases()] == [
            f"case-{n}" for n in (1, 2, 3, 4)
        ]

    def test_case_that_left_the_queue_is_not_listed(self, stack: Stack) -> None:
        commit(stack, lambda t: stack.cases.save_case(t, case(1)))
        commit(stack, lambda t: stack.cases.save_case(t, case(1, state=CaseState.WITHDRAWN, version=1)))
        assert stack.cases.list_undecided_cases() == ([], None)
        appeal = DecisionAppeal(
            appeal_id="a",
            case_id="case-1",
            platform="alpha",
            account_id="ann",
            statement="why",
            filed_at=NOW,
        )
        commit(stack, lambda t: stack.cases.save_appeal(t, appeal))
        assert [one.appeal_id for one in stack.cases.list_pending_appeals()[0]] == ["a"]

    def test_case_route_moves_only_from_its_known_target(self, stack: Stack) -> None:
        commit(stack, lambda t: stack.cases.route_entry(t, "e", "c1", expected=None))
        with pytest.raises(ConcurrentChange):
            commit(stack, lambda t: stack.cases.route_entry(t, "e", "c2", expected=None))
        commit(stack, lambda t: stack.cases.route_entry(t, "e", "c2", expected="c1"))
        assert stack.cases.case_for_entry("e") == "c2"

    def test_attempts_are_counted_per_hour(self, stack: Stack) -> None:
        assert [stack.cases.count_attempt("SD", NOW) for _ in range(3)] == [1, 2, 3]
        assert stack.cases.count_attempt("SD", NOW + timedelta(hours=1)) == 1


class TestOutboxAndAudit:
    def test_unpublished_event_stays_in_the_outbox(self, stack: Stack, cloud: Cloud) -> None:
        commit(
            stack,
            lambda t: stack.outbox.add(t, CaseOpened("c", CaseOrigin.REPORT), at=NOW),
            lambda t: stack.outbox.add(t, CaseWithdrawn("c"), at=NOW),
        )
        ids = sorted(pk for pk, _ in cloud.table(cloud.settings.outbox_table))
        events = list(stack.outbox.list_pending(ids))
        assert {event.type for event in events} == {EventType.CASE_OPENED, EventType.CASE_WITHDRAWN}
        assert stack.event_bus.publish(events) == events
        stack.outbox.delete(ids[0])
        assert {event.event_id for event in stack.outbox.list_pending(ids)} == {ids[1]}

    def test_two_writers_cannot_write_the_same_record(self, stack: Stack) -> None:
        def append(transaction: Transaction) -> None:
            stack.audit.append(
                transaction,
                "case:c",
                case(1).audit,
                at=NOW,
                actor="ada",
                action="x",
                details={"a": [1, None]},
            )

        commit(stack, append)
        with pytest.raises(ConcurrentChange):
            commit(stack, append)
        (record,) = stack.audit.list_records("case:c")
        assert (record.seq, record.details) == (1, {"a": [1, None]})


class TestImages:
    def put(self, stack: Stack, data: bytes = b"bytes") -> Upload:
        answer = stack.s3.put_object(
            Bucket=stack.settings.uploads_bucket, Key="alpha/ann/u", Body=data, ContentType="image/png"
        )
        return fresh_upload(object_version=answer["VersionId"], fingerprint=IMAGE)

    def test_original_is_read_with_its_s3_metadata(self, stack: Stack) -> None:
        upload = self.put(stack)
        original = stack.images.read_original("alpha/ann/u", upload.object_version)
        assert (original.data, original.size, original.content_type) == (b"bytes", 5, "image/png")
        assert original.version == upload.object_version
        self.put(stack, b"other")
        again = stack.images.read_original("alpha/ann/u", upload.object_version)
        assert (again.data, again.etag) == (b"bytes", original.etag)
        assert stack.images.read_original("alpha/ann/u", None).data == b"other"

    def test_missing_image_raises_image_absent(self, stack: Stack) -> None:
        with pytest.raises(ImageAbsent):
            stack.images.read_original("alpha/ann/u", None)
        with pytest.raises(ImageAbsent):
            stack.images.read(fresh_upload())
        with pytest.raises(ImageAbsent):
            stack.images.publish(fresh_upload())

    @pytest.mark.parametrize("cloud", ["moto"], indirect=True)
    def test_client_metadata_and_tags_are_not_copied(self, stack: Stack) -> None:
        """Copying tags would need a permission that no function has."""
        answer = stack.s3.put_object(
            Bucket=stack.settings.uploads_bucket,
            Key="alpha/ann/u",
            Body=b"bytes",
            ContentType="text/html",
            ContentEncoding="gzip",
            Metadata={"who": "ann"},
            Tagging="who=ann",
        )
        upload = fresh_upload(object_version=answer["VersionId"], fingerprint=IMAGE)
        stack.images.publish(upload)
        public = {"Bucket": stack.settings.published_bucket, "Key": upload.public_key}
        headers = stack.s3.head_object(**public)
        assert (headers["ContentType"], headers["Metadata"]) == (IMAGE.media_type, {})
        assert "ContentEncoding" not in headers
        assert stack.s3.get_object_tagging(**public)["TagSet"] == []

    def test_image_follows_its_state_and_leaves_no_copies(self, stack: Stack) -> None:
        upload = self.put(stack)
        stack.images.publish(upload)
        public = upload.published(now=NOW)
        removed = public.with_stops([decision_stop("c")], now=NOW)
        freed = removed.without_stops(["case:c"], now=NOW)
        for number, state in enumerate([public, removed]):
            for _ in range(2):
                stack.images.sync_location(replace(state, version=number), lambda: True)
            assert stack.images.read(state) == b"bytes"
            assert _is_public(stack, upload) == (state is public)
        stack.images.publish(freed)
        back = freed.published(now=NOW)
        stack.images.sync_location(back, lambda: True)
        assert _is_public(stack, upload)
        again = back.with_stops([decision_stop("d")], now=NOW)
        stack.images.sync_location(replace(again, version=5), lambda: True)
        assert not _is_public(stack, upload)
        assert stack.images.read(again) == b"bytes"

    def test_copy_published_after_the_check_is_not_removed(self, stack: Stack) -> None:
        upload = self.put(stack)
        stack.images.publish(upload)
        removed = upload.published(now=NOW).with_stops([decision_stop("c")], now=NOW)
        stack.images.sync_location(removed, lambda: False)
        assert _is_public(stack, upload)

    def test_forms_and_links_are_signed_for_a_short_time(self, stack: Stack) -> None:
        upload = self.put(stack)
        link = stack.images.create_presigned_url(upload, lifetime=timedelta(seconds=60))
        assert "X-Amz-Expires=60" in link
        assert "no-store" in link


def _is_public(stack: Stack, upload: Upload) -> bool:
    try:
        stack.s3.head_object(Bucket=stack.settings.published_bucket, Key=upload.public_key)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "404"
        return False
    return True


class SessionWithoutLocking:
    """A session that, like boto3's, must not create two clients at once. met: whether it was asked to."""

    def __init__(self) -> None:
        self._two = threading.Barrier(2)
        self.met = False

    def client(self, name: str, config: object = None) -> object:
        with suppress(threading.BrokenBarrierError):
            self._two.wait(timeout=0.05)
            self.met = True
        return object()


def test_threads_of_a_cold_batch_create_clients_one_at_a_time(stack: Stack) -> None:
    session = SessionWithoutLocking()
    cold = Stack(stack.settings, session)
    with ThreadPoolExecutor(max_workers=4) as pool:
        made = list(pool.map(lambda n: cold.s3 if n % 2 else cold.dynamodb, range(8)))
    assert not session.met
    assert len(set(map(id, made))) == 2


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("GetItem", {"Key": {"pk": {"S": ""}, "sk": {"S": "x"}}}),
        ("PutItem", {"Item": {"pk": {"S": "a"}, "sk": {"S": "x"}, "b": {"B": bytes(MAX_ITEM_BYTES)}}}),
        (
            "UpdateItem",
            {"Key": {}, "UpdateExpression": "SET state = :s", "ExpressionAttributeValues": {":s": {}}},
        ),
        ("UpdateItem", {"Key": {}, "UpdateExpression": "SET seq = :s", "ExpressionAttributeValues": {}}),
        ("Query", {"KeyConditionExpression": "pk = :a", "ExpressionAttributeValues": {":a": {}, ":b": {}}}),
        ("BatchGetItem", {"RequestItems": {"t": {"Keys": [{"pk": {"S": "a"}}] * 2}}}),
        ("TransactWriteItems", {"TransactItems": []}),
    ],
)
def test_request_that_dynamodb_rejects_is_rejected(operation: str, params: dict[str, Any]) -> None:
    answer = DynamoDbRules().before(Call("dynamodb", operation, params))
    assert answer is not None
    assert answer.parsed["Error"]["Code"] == "ValidationException"


def test_item_size_is_measured_like_dynamodb() -> None:
    assert item_size({"pk": {"S": "aé"}, "b": {"B": b"123"}, "n": {"N": "1234"}}) == 5 + 4 + 5
    assert item_size({"l": {"L": [{"S": "a"}, {"NULL": True}]}}) == 1 + 3 + 2 + 2

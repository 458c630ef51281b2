"""The content log folded into segments, and sweeps that are spread over its parts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import pytest
from staydown.aws.snapshots import Snapshots
from staydown.domain.content_log import HourState, LogLine, hour_of
from staydown.domain.sweeps import PLAN, Part, PartKind, Sweep
from staydown.domain.uploads import Upload, UploadState
from staydown.matching.content_segment import ContentSegment
from staydown.services.reports.amend_report import withdraw_report
from staydown.services.sweeps import fold_content, sweep_parts
from staydown.services.sweeps.sweep_bank import begin_sweep, sweep_part

from tests.domain.strategies import fresh_upload
from tests.support.invariants import check
from tests.support.ledger import read_ledger
from tests.support.people import judge, report
from tests.support.pictures import drawn, drawn_hash
from tests.support.world import Message, World


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handful is many here."""
    monkeypatch.setattr(fold_content, "LINES_A_STEP", 5)
    monkeypatch.setattr(sweep_parts, "LINES_A_PART", 3)
    monkeypatch.setattr(sweep_parts, "UPLOADS_A_PART", 4)


def up(world: World, seed: int, count: int, *, flipped: int = 0) -> list[Upload]:
    """Published copies of a picture, each a little different."""
    uploads = [
        world.upload("beta", f"account-{seed}-{number}", drawn(seed, flipped=flipped + number, copy=number))
        for number in range(count)
    ]
    world.drain()
    return uploads


def an_hour_later(world: World) -> None:
    world.clock.advance(hours=1, minutes=20)


def states(world: World, uploads: list[Upload]) -> set[UploadState]:
    return {world.again(upload).state for upload in uploads}


def without_sweeps(world: World) -> None:
    """The messages of sweeps are lost."""
    for message in [m for m in world.queue if m.kind in {"sweep", "part"}]:
        world.queue.remove(message)


def swept(world: World) -> list[Sweep]:
    keys = world.cloud.table(world.cloud.settings.uploads_table)
    found = [world.stack.sweeps.get(pk.removeprefix("SWEEP#")) for pk, sk in keys if sk == "SWEEP"]
    return [sweep for sweep in found if sweep is not None]


def test_promise_3_a_sweep_finds_copies_in_segments_and_in_hours_that_are_not_folded(world: World) -> None:
    folded, others = up(world, 1, 7), up(world, 2, 8, flipped=100)
    an_hour_later(world)
    world.fold()
    fresh = up(world, 1, 3, flipped=10)
    manifest = world.stack.content.manifest()
    assert sum(segment.uploads for segment in manifest.segments) == len(folded) + len(others)
    judge(world, world.upload("alpha", "ann", drawn(1, copy=99)))
    world.drain()
    assert states(world, folded + fresh) == {UploadState.REMOVED}
    assert states(world, others) == {UploadState.PUBLISHED}


def test_copies_near_a_banked_image_are_brought_to_a_reviewer_from_a_segment_too(world: World) -> None:
    (near,) = up(world, 1, 1, flipped=40)
    an_hour_later(world)
    world.fold()
    judge(world, world.upload("alpha", "ann", drawn(1)))
    world.drain()
    again = world.again(near)
    assert again.state is UploadState.PUBLISHED
    assert again.cases, "a person is to look; until then it stays, as every near copy that is up"


def test_an_hour_is_not_folded_before_it_is_over(world: World) -> None:
    up(world, 1, 2)
    world.clock.advance(minutes=59)
    assert world.fold() == 0
    assert [state for _, state in world.stack.content.hours()] == [HourState.OPEN]


def test_segments_of_like_size_become_one_and_none_grows_beyond_its_bound(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    views = sum(len(upload.fingerprint.views) for upload in up(world, 1, 1) if upload.fingerprint)
    monkeypatch.setattr(fold_content, "LINES_A_STEP", 2)
    object.__setattr__(world.stack.settings, "segment_views", 8 * views)
    for seed in range(2, 6):
        up(world, seed, 5, flipped=20 * seed)
        an_hour_later(world)
        world.fold()
        check(world)
    segments = world.stack.content.manifest().segments
    assert sum(segment.uploads for segment in segments) == 21
    assert all(segment.uploads <= 8 for segment in segments)
    assert len(segments) <= 6


def test_what_was_replaced_is_readable_for_a_day_and_then_gone(world: World) -> None:
    uploads = up(world, 1, 12)
    an_hour_later(world)
    world.fold()
    bucket = world.cloud.settings.bank_bucket
    manifest = world.stack.content.manifest()
    files = {key for key in read_ledger(world.cloud).objects[bucket] if key.startswith("content/")}
    assert files == {one.key for one in manifest.segments} | {one.key for one in manifest.leftovers}
    assert manifest.leftovers
    assert manifest.folded
    assert world.stack.content.state(hour_of(uploads[0].received_at)) is HourState.CLOSED
    world.clock.advance(days=1)
    world.fold()
    manifest = world.stack.content.manifest()
    assert not manifest.leftovers
    assert not manifest.folded
    assert list(world.stack.content.hours()) == []
    kept = {key for key in read_ledger(world.cloud).objects[bucket] if key.startswith("content/")}
    assert kept == {one.key for one in manifest.segments}
    left = world.cloud.table(world.cloud.settings.uploads_table)
    assert not [pk for pk, _ in left if pk.startswith("LOG#")]
    judge(world, uploads[0])
    world.drain()
    assert states(world, uploads) == {UploadState.REMOVED}


def test_a_part_whose_file_was_replaced_looks_through_what_replaced_it(world: World) -> None:
    uploads = up(world, 1, 4)
    an_hour_later(world)
    world.fold()
    judge(world, world.upload("alpha", "ann", drawn(1, copy=99)))
    world.publish()
    (message,) = [m for m in world.queue if m.kind == "sweep"]
    world.queue.remove(message)
    world.handle(message)
    for one in world.stack.content.manifest().segments:
        world.stack.segments.delete(one.key)  # replaced more than a day ago
    parts = [m for m in world.queue if m.kind == "part"]
    assert [m for m in parts if m.body[1].startswith("segment")]
    up_again(world, uploads)
    world.drain()
    assert states(world, uploads) == {UploadState.REMOVED}


def up_again(world: World, uploads: list[Upload]) -> None:
    """The same lines in a file of another name, as after a merge."""
    manifest = world.stack.content.manifest()
    for upload in uploads:
        transaction = world.stack.transaction()
        world.stack.content.add(transaction, upload)
        transaction.commit()
    hour = hour_of(uploads[0].received_at)
    folded = {one: since for one, since in manifest.folded.items() if one != hour}
    world.stack.content.save(type(manifest)(folded=folded, version=manifest.version))
    world.fold()


def test_a_part_whose_hour_was_erased_while_it_was_read_looks_through_the_segments(world: World) -> None:
    uploads = up(world, 1, 3)
    hour = hour_of(uploads[0].received_at)
    entries = judge(world, world.upload("alpha", "ann", drawn(1, copy=99))).banked
    world.publish()
    without_sweeps(world)
    sweep_id = begin_sweep(world.stack, entries, 1)
    world.handle(Message("sweep", (1, *entries)))
    without_sweeps(world)
    an_hour_later(world)
    world.fold()
    world.clock.advance(days=1)
    world.fold()
    names = [Part(PartKind.HOUR, hour, shard=shard).name for shard in (0, 4)]
    assert set(names) <= set(world.stack.sweeps.waiting(sweep_id))
    for name in names:
        sweep_part(world.stack, world.bank, sweep_id, name)
    world.drain()
    assert states(world, uploads) == {UploadState.REMOVED}
    assert world.stack.sweeps.waiting(sweep_id) == []


def test_an_upload_that_is_registered_late_into_an_hour_that_was_closed_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its scan began before the hour was over and wrote after it was folded."""
    first = up(world, 1, 1)
    received = first[0].received_at
    world.clock.advance(hours=2)
    world.fold()
    monkeypatch.setattr(
        "staydown.services.uploads.scan_upload._known_or_new",
        lambda stack, key, original: (_late(world, key, original.version, received), None),
    )
    late = world.upload("beta", "late", drawn(1, flipped=5))
    monkeypatch.undo()
    assert late.state is UploadState.PUBLISHED
    assert hour_of(late.received_at) in world.stack.content.manifest().folded
    judge(world, world.upload("alpha", "ann", drawn(1, copy=99)))
    world.drain()
    assert states(world, [late]) == {UploadState.REMOVED}


def _late(world: World, key: str, version: str, received: datetime) -> Upload:
    platform, account, _ = key.split("/")
    return fresh_upload(
        "01890000-0000-7000-8000-000000000001",
        platform=platform,
        account_id=account,
        key=key,
        object_version=version,
        received_at=received,
    )


def test_a_file_that_a_writer_left_behind_is_deleted_and_can_not_be_named_any_more(world: World) -> None:
    up(world, 1, 3)
    an_hour_later(world)
    stack = world.stack
    write = Snapshots.write
    with pytest.MonkeyPatch.context() as patched:

        def dies(self: Snapshots, key: str, data: bytes) -> str:
            write(self, key, data)
            raise ConnectionError

        patched.setattr(Snapshots, "write", dies)
        with pytest.raises(ConnectionError):
            fold_content.fold_content(stack)
    (left,) = stack.content.manifest().leftovers
    slow = stack.content.manifest()
    world.fold()
    world.clock.advance(days=1, minutes=1)
    world.fold()
    assert left.key not in read_ledger(world.cloud).objects[world.cloud.settings.bank_bucket]
    with pytest.raises(Exception, match="same moment"):
        stack.content.save(slow)


def test_several_entries_are_swept_at_once_and_progress_can_be_seen(world: World) -> None:
    copies = up(world, 1, 9) + up(world, 2, 9, flipped=100)
    judge(world, world.upload("alpha", "ann", drawn(1, copy=99)))
    judge(world, world.upload("alpha", "eve", drawn(2, flipped=100, copy=99)))
    world.publish()
    changes = [m for m in world.queue if m.kind == "sweep"]
    without_sweeps(world)
    entries = {entry for m in changes for entry in m.body[1:]}
    sweep_id = begin_sweep(world.stack, entries, max(m.body[0] for m in changes))
    begun = sweep_part(world.stack, world.bank, sweep_id, PLAN.name)
    assert begun is not None
    assert (begun.parts, begun.parts_done, begun.finished_at) == (3, 1, None)
    world.drain()
    over = world.stack.sweeps.get(sweep_id)
    assert over is not None
    assert over.parts == over.parts_done > 5
    assert over.matched >= len(copies)
    assert over.finished_at == world.clock.now
    assert states(world, copies) == {UploadState.REMOVED}
    assert [told.detail["sweep_id"] for told in world.told_of("bank.swept")] == [sweep_id]


def test_what_an_entry_had_stopped_is_released_part_by_part(world: World) -> None:
    filed = report(world, hashes=[drawn_hash(1)])
    world.drain()
    held = [world.upload("beta", f"b{n}", drawn(1, flipped=n, copy=n)) for n in range(9)]
    assert states(world, held) == {UploadState.HELD}
    withdraw_report(world.stack, filed.report.case_number, filed.secret)
    world.drain()
    assert states(world, held) == {UploadState.PUBLISHED}
    (last,) = [sweep for sweep in swept(world) if sweep.parts >= 4]
    assert last.parts_done == last.parts


def test_a_log_without_end_is_cut_into_parts_of_bounded_size(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    largest = 0
    whole = ContentSegment.of_lines

    def measured(lines: Iterable[LogLine]) -> ContentSegment:
        nonlocal largest
        segment = whole(lines)
        largest = max(largest, len(segment))
        return segment

    copies = up(world, 1, 20)
    monkeypatch.setattr(ContentSegment, "of_lines", measured)
    judge(world, copies[0])
    world.drain()
    assert states(world, copies) == {UploadState.REMOVED}
    assert largest == 3


def test_a_sweep_that_nobody_began_is_no_failure(world: World) -> None:
    assert sweep_part(world.stack, world.bank, "unknown", PLAN.name) is None


def test_the_clock_alone_closes_an_hour(world: World) -> None:
    up(world, 1, 1)
    world.clock.advance(hours=1)
    assert world.fold() == 0, "its last scans may still be under way"
    world.clock.now += fold_content.CLOSED_AFTER
    assert world.fold() == 1

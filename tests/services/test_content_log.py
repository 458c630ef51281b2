"""Compaction of the content log into segments, and sweeps that are split into parts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import pytest
from staydown.aws.arrays_store import ArraysStore
from staydown.domain.uploads.content_log import HourState, LogLine, hour_of
from staydown.domain.uploads.sweeps import PLAN_PART, Sweep, SweepPart, SweepPartKind
from staydown.domain.uploads.upload import Upload, UploadState
from staydown.matching.content_segment import ContentSegment
from staydown.services.reports.amend_report import withdraw_report
from staydown.services.sweeps import compact_content_log as compaction
from staydown.services.sweeps import sweep_parts
from staydown.services.sweeps.sweep_bank import run_sweep_part, start_sweep

from tests.domain.strategies import fresh_upload
from tests.support.actions import report, report_and_decide
from tests.support.invariants import check
from tests.support.sample_images import drawn, drawn_hash
from tests.support.state_dump import dump_state
from tests.support.world import Message, World


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lower the limits, so that a few uploads fill several parts."""
    monkeypatch.setattr(compaction, "LINES_PER_STEP", 5)
    monkeypatch.setattr(sweep_parts, "LINES_PER_PART", 3)
    monkeypatch.setattr(sweep_parts, "UPLOADS_PER_PART", 4)


def publish_copies(world: World, seed: int, count: int, *, flipped: int = 0) -> list[Upload]:
    """Publish copies of an image, each slightly different."""
    uploads = [
        world.upload("beta", f"account-{seed}-{number}", drawn(seed, flipped=flipped + number, copy=number))
        for number in range(count)
    ]
    world.drain()
    return uploads


def an_hour_later(world: World) -> None:
    world.clock.advance(hours=1, minutes=20)


def states(world: World, uploads: list[Upload]) -> set[UploadState]:
    return {world.reload(upload).state for upload in uploads}


def without_sweeps(world: World) -> None:
    """Drain the world, but drop the messages of sweeps."""
    for message in [m for m in world.queue if m.kind in {"sweep", "part"}]:
        world.queue.remove(message)


def finished_sweeps(world: World) -> list[Sweep]:
    keys = world.cloud.table(world.cloud.settings.uploads_table)
    found = [world.stack.sweeps.get(pk.removeprefix("SWEEP#")) for pk, sk in keys if sk == "SWEEP"]
    return [sweep for sweep in found if sweep is not None]


@pytest.mark.promise(3)
def test_sweep_finds_copies_in_segments_and_uncompacted_hours(world: World) -> None:
    compacted, others = publish_copies(world, 1, 7), publish_copies(world, 2, 8, flipped=100)
    an_hour_later(world)
    world.compact_content_log()
    fresh = publish_copies(world, 1, 3, flipped=10)
    manifest = world.stack.content_log.get_manifest()
    assert sum(segment.uploads for segment in manifest.segments) == len(compacted) + len(others)
    report_and_decide(world, world.upload("alpha", "ann", drawn(1, copy=99)))
    world.drain()
    assert states(world, compacted + fresh) == {UploadState.REMOVED}
    assert states(world, others) == {UploadState.PUBLISHED}


def test_near_copies_in_a_segment_are_queued_for_review(world: World) -> None:
    (near,) = publish_copies(world, 1, 1, flipped=40)
    an_hour_later(world)
    world.compact_content_log()
    report_and_decide(world, world.upload("alpha", "ann", drawn(1)))
    world.drain()
    again = world.reload(near)
    assert again.state is UploadState.PUBLISHED
    assert again.cases, "the near match has no case for its review"


def test_hour_is_not_compacted_before_it_is_over(world: World) -> None:
    publish_copies(world, 1, 2)
    world.clock.advance(minutes=59)
    assert world.compact_content_log() == 0
    assert [state for _, state in world.stack.content_log.list_hours()] == [HourState.OPEN]


def test_similar_segments_are_merged_up_to_the_size_limit(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    views = sum(len(upload.fingerprint.views) for upload in publish_copies(world, 1, 1) if upload.fingerprint)
    monkeypatch.setattr(compaction, "LINES_PER_STEP", 2)
    object.__setattr__(world.stack.settings, "max_segment_views", 8 * views)
    for seed in range(2, 6):
        publish_copies(world, seed, 5, flipped=20 * seed)
        an_hour_later(world)
        world.compact_content_log()
        check(world)
    segments = world.stack.content_log.get_manifest().segments
    assert sum(segment.uploads for segment in segments) == 21
    assert all(segment.uploads <= 8 for segment in segments)
    assert len(segments) <= 6


def test_replaced_files_stay_readable_for_a_day(world: World) -> None:
    uploads = publish_copies(world, 1, 12)
    an_hour_later(world)
    world.compact_content_log()
    bucket = world.cloud.settings.bank_bucket
    manifest = world.stack.content_log.get_manifest()
    files = {key for key in dump_state(world.cloud).objects[bucket] if key.startswith("content/")}
    assert files == {one.key for one in manifest.segments} | {one.key for one in manifest.orphan_files}
    assert manifest.orphan_files
    assert manifest.compacted
    assert world.stack.content_log.get_hour_state(hour_of(uploads[0].received_at)) is HourState.CLOSED
    world.clock.advance(days=1)
    world.compact_content_log()
    manifest = world.stack.content_log.get_manifest()
    assert not manifest.orphan_files
    assert not manifest.compacted
    assert list(world.stack.content_log.list_hours()) == []
    kept = {key for key in dump_state(world.cloud).objects[bucket] if key.startswith("content/")}
    assert kept == {one.key for one in manifest.segments}
    left = world.cloud.table(world.cloud.settings.uploads_table)
    assert not [pk for pk, _ in left if pk.startswith("LOG#")]
    report_and_decide(world, uploads[0])
    world.drain()
    assert states(world, uploads) == {UploadState.REMOVED}


def test_part_of_a_replaced_file_reads_its_replacement(world: World) -> None:
    uploads = publish_copies(world, 1, 4)
    an_hour_later(world)
    world.compact_content_log()
    report_and_decide(world, world.upload("alpha", "ann", drawn(1, copy=99)))
    world.publish()
    (message,) = [m for m in world.queue if m.kind == "sweep"]
    world.queue.remove(message)
    world.handle(message)
    for one in world.stack.content_log.get_manifest().segments:
        world.stack.content_segments.delete(one.key)  # replaced more than a day before
    parts = [m for m in world.queue if m.kind == "part"]
    assert [m for m in parts if m.body[1].startswith("segment")]
    rewrite_segment(world, uploads)
    world.drain()
    assert states(world, uploads) == {UploadState.REMOVED}


def rewrite_segment(world: World, uploads: list[Upload]) -> None:
    """Write the lines of a segment to another file, as a merge does."""
    manifest = world.stack.content_log.get_manifest()
    for upload in uploads:
        transaction = world.stack.transaction()
        world.stack.content_log.add_line(transaction, upload)
        transaction.commit()
    hour = hour_of(uploads[0].received_at)
    compacted = {one: since for one, since in manifest.compacted.items() if one != hour}
    world.stack.content_log.save_manifest(type(manifest)(compacted=compacted, version=manifest.version))
    world.compact_content_log()


def test_part_of_an_hour_erased_meanwhile_reads_the_segments(world: World) -> None:
    uploads = publish_copies(world, 1, 3)
    hour = hour_of(uploads[0].received_at)
    entries = report_and_decide(world, world.upload("alpha", "ann", drawn(1, copy=99))).banked_entries
    world.publish()
    without_sweeps(world)
    sweep_id = start_sweep(world.stack, entries, 1)
    world.handle(Message("sweep", (1, *entries)))
    without_sweeps(world)
    an_hour_later(world)
    world.compact_content_log()
    world.clock.advance(days=1)
    world.compact_content_log()
    names = [SweepPart(SweepPartKind.HOUR, hour, shard=shard).name for shard in (0, 4)]
    assert set(names) <= set(world.stack.sweeps.list_pending_parts(sweep_id))
    for name in names:
        run_sweep_part(world.stack, world.bank, sweep_id, name)
    world.drain()
    assert states(world, uploads) == {UploadState.REMOVED}
    assert world.stack.sweeps.list_pending_parts(sweep_id) == []


def test_late_upload_of_a_closed_hour_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scan started before the hour closed and wrote after its compaction."""
    first = publish_copies(world, 1, 1)
    received = first[0].received_at
    world.clock.advance(hours=2)
    world.compact_content_log()
    monkeypatch.setattr(
        "staydown.services.uploads.scan_upload._load_or_create",
        lambda stack, key, original: (_late(world, key, original.version, received), None),
    )
    late = world.upload("beta", "late", drawn(1, flipped=5))
    monkeypatch.undo()
    assert late.state is UploadState.PUBLISHED
    assert hour_of(late.received_at) in world.stack.content_log.get_manifest().compacted
    report_and_decide(world, world.upload("alpha", "ann", drawn(1, copy=99)))
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


def test_orphan_file_is_deleted_and_cannot_be_referenced(world: World) -> None:
    publish_copies(world, 1, 3)
    an_hour_later(world)
    stack = world.stack
    write = ArraysStore.write
    with pytest.MonkeyPatch.context() as patched:

        def dies(self: ArraysStore, key: str, data: bytes) -> str:
            write(self, key, data)
            raise ConnectionError

        patched.setattr(ArraysStore, "write", dies)
        with pytest.raises(ConnectionError):
            compaction.compact_content_log(stack)
    (left,) = stack.content_log.get_manifest().orphan_files
    slow = stack.content_log.get_manifest()
    world.compact_content_log()
    world.clock.advance(days=1, minutes=1)
    world.compact_content_log()
    assert left.key not in dump_state(world.cloud).objects[world.cloud.settings.bank_bucket]
    with pytest.raises(Exception, match="same time"):
        stack.content_log.save_manifest(slow)


def test_several_entries_are_swept_at_once_with_progress(world: World) -> None:
    copies = publish_copies(world, 1, 9) + publish_copies(world, 2, 9, flipped=100)
    report_and_decide(world, world.upload("alpha", "ann", drawn(1, copy=99)))
    report_and_decide(world, world.upload("alpha", "eve", drawn(2, flipped=100, copy=99)))
    world.publish()
    changes = [m for m in world.queue if m.kind == "sweep"]
    without_sweeps(world)
    entries = {entry for m in changes for entry in m.body[1:]}
    sweep_id = start_sweep(world.stack, entries, max(m.body[0] for m in changes))
    begun = run_sweep_part(world.stack, world.bank, sweep_id, PLAN_PART.name)
    assert begun is not None
    assert (begun.parts, begun.parts_done, begun.finished_at) == (3, 1, None)
    world.drain()
    over = world.stack.sweeps.get(sweep_id)
    assert over is not None
    assert over.parts == over.parts_done > 5
    assert over.matched_uploads >= len(copies)
    assert over.finished_at == world.clock.now
    assert states(world, copies) == {UploadState.REMOVED}
    assert [event.detail["sweep_id"] for event in world.events_of_type("bank.swept")] == [sweep_id]


def test_uploads_of_an_entry_are_released_part_by_part(world: World) -> None:
    filed = report(world, hashes=[drawn_hash(1)])
    world.drain()
    held = [world.upload("beta", f"b{n}", drawn(1, flipped=n, copy=n)) for n in range(9)]
    assert states(world, held) == {UploadState.HELD}
    withdraw_report(world.stack, filed.report.case_number, filed.secret)
    world.drain()
    assert states(world, held) == {UploadState.PUBLISHED}
    (last,) = [sweep for sweep in finished_sweeps(world) if sweep.parts >= 4]
    assert last.parts_done == last.parts


def test_long_log_is_split_into_parts_of_bounded_size(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    largest = 0
    whole = ContentSegment.from_lines

    def measured(lines: Iterable[LogLine]) -> ContentSegment:
        nonlocal largest
        segment = whole(lines)
        largest = max(largest, len(segment))
        return segment

    copies = publish_copies(world, 1, 20)
    monkeypatch.setattr(ContentSegment, "from_lines", measured)
    report_and_decide(world, copies[0])
    world.drain()
    assert states(world, copies) == {UploadState.REMOVED}
    assert largest == 3


def test_unknown_sweep_is_no_failure(world: World) -> None:
    assert run_sweep_part(world.stack, world.bank, "unknown", PLAN_PART.name) is None


def test_hour_is_closed_by_the_clock_alone(world: World) -> None:
    publish_copies(world, 1, 1)
    world.clock.advance(hours=1)
    assert world.compact_content_log() == 0, "the hour was closed while its last scans may still run"
    world.clock.now += compaction.HOUR_GRACE_PERIOD
    assert world.compact_content_log() == 1

"""Alignment with reference images decides an upload, and an unreadable upload is not published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from unittest import mock

import pytest
from staydown.aws.stack import Stack
from staydown.domain.audit.actors import Actor
from staydown.domain.bank.match import AlignmentSummary
from staydown.domain.uploads.stops import StopReason
from staydown.domain.uploads.upload import Upload, UploadState
from staydown.imaging.limits import ImageRejected, Limits
from staydown.services.bank import feature_cache
from staydown.services.bank.bank_view import BankView
from staydown.services.reports.amend_report import withdraw_report
from staydown.services.retention.request_erasure import request_erasure
from staydown.services.sweeps import sweep_parts
from staydown.services.uploads.reconcile_upload import reevaluate_upload

from tests.support.actions import (
    NOT_VIOLATING,
    appeal_case,
    decide,
    enforced_story,
    grant_case_appeal,
    report,
    report_and_decide,
    resolve_appeal,
)
from tests.support.fake_alignment import fake_alignment
from tests.support.invariants import check
from tests.support.sample_images import decode_drawn, drawn, drawn_hash
from tests.support.state_dump import dump_state
from tests.support.world import Message, World, memory_world

SHOWS = AlignmentSummary(
    inliers=60, agreeing_tiles=50, comparable_tiles=60, conclusive=True, contradicts=False
)
CONTRADICTS = AlignmentSummary(
    inliers=60, agreeing_tiles=4, comparable_tiles=60, conclusive=False, contradicts=True
)


def test_dismissed_image_on_a_matched_page_is_not_reviewed_again() -> None:
    # This world is not checked: by hashes alone, as the invariants compare, the upload would be blocked.
    with memory_world() as world, fake_alignment(world, CONTRADICTS):
        enforced_story(world, drawn(1))
        world.drain()
        held = world.upload("beta", "bob", drawn(1, flipped=20))
        assert (held.state, held.reason) == (UploadState.HELD, StopReason.NEEDS_REVIEW)
        decide(world, held.cases[0], NOT_VIOLATING)
        world.drain()
        freed = world.reload(held)
        assert freed.state is UploadState.PUBLISHED
        assert freed.cases == held.cases, "a second case was opened for the upload"
        assert not [case for case in dump_state(world.cloud).cases.values() if case.undecided]


@pytest.fixture
def with_pictures() -> Iterator[World]:
    """A world with a reference image, so that each upload is aligned."""
    with memory_world() as world, fake_alignment(world, None):
        enforced_story(world, drawn(99), account="zoe")
        world.drain()
        yield world
        world.drain()
        assert not world.dead_letters
        check(world)


@contextmanager
def unreadable(world: World, *uploads: Upload) -> Iterator[None]:
    """Reject these images, as lower limits would."""
    bodies = {world.stack.images.read(upload) for upload in uploads}

    def decode(data: bytes, limits: Limits) -> object:
        if data in bodies:
            raise ImageRejected("too_many_pixels", "more than are allowed by now")
        return decode_drawn(data, limits)

    with mock.patch.object(feature_cache, "decode", decode):
        yield


def test_erased_image_is_gone_when_its_appeal_is_granted(with_pictures: World) -> None:
    world = with_pictures
    story = enforced_story(world, drawn(1))
    copy = world.upload("beta", "bob", drawn(1, flipped=3))
    request_erasure(world.stack, story.case.case_id, actor=Actor.reviewer("sue"))
    world.clock.advance(minutes=1)
    world.apply_retention()
    resolve_appeal(world, appeal_case(world, story.upload))
    world.drain()
    gone = world.reload(story.upload)
    assert (gone.state, gone.reason) == (UploadState.REJECTED, StopReason.IMAGE_MISSING)
    assert world.reload(copy).state is UploadState.PUBLISHED


@pytest.mark.promise(8)
def test_unreadable_image_is_not_published_after_an_appeal(with_pictures: World) -> None:
    world = with_pictures
    story = enforced_story(world, drawn(1))
    with unreadable(world, story.upload):
        resolve_appeal(world, appeal_case(world, story.upload))
        world.drain()
        upload = world.reload(story.upload)
        assert (upload.state, upload.reason) == (UploadState.REJECTED, "too_many_pixels")


def test_unreadable_published_image_is_judged_by_its_hashes(with_pictures: World) -> None:
    world = with_pictures
    near = world.upload("alpha", "ann", drawn(1, flipped=10))
    beside = world.upload("alpha", "ann", drawn(1, flipped=40))
    with unreadable(world, near, beside):
        enforced_story(world, drawn(1), account="bob")
        world.drain()
        assert world.reload(near).state is UploadState.REMOVED
        reviewed = world.reload(beside)
        assert reviewed.state is UploadState.PUBLISHED
        assert reviewed.cases, "the near match joined no case"
    world.drain()


@pytest.mark.promise(8)
def test_unreadable_image_is_not_published_after_a_withdrawal(with_pictures: World) -> None:
    world = with_pictures
    filed = report(world, hashes=[drawn_hash(1)])
    held = world.upload("alpha", "ann", drawn(1, flipped=5))
    assert held.state is UploadState.HELD
    with unreadable(world, held):
        withdraw_report(world.stack, filed.report.case_number, filed.secret)
        world.drain()
        freed = world.reload(held)
        assert (freed.state, freed.reason) == (UploadState.REJECTED, "too_many_pixels")


def test_unreadable_held_image_waits_for_a_reviewer(with_pictures: World) -> None:
    world = with_pictures
    story = enforced_story(world, drawn(1))
    held = world.upload("alpha", "bob", drawn(1, flipped=40))
    with unreadable(world, held):
        grant_case_appeal(world, story.upload, story.case)
        world.drain()
        assert world.reload(held).state is UploadState.HELD
    world.send(Message("reconcile", (held.upload_id,)))
    world.drain()
    assert world.reload(held).state is UploadState.PUBLISHED, "readable again, but not published"


@pytest.mark.parametrize("place", [0, 1, 2])
def test_failure_on_one_upload_delays_no_other(world: World, place: int) -> None:
    copies = [world.upload("beta", "bob", drawn(1, flipped=n)) for n in (1, 2, 3)]
    story_of = world.upload("alpha", "ann", drawn(1))

    def rejudge(stack: Stack, bank: BankView, upload_id: str, **since: datetime) -> Upload | None:
        if upload_id == sorted(one.upload_id for one in copies)[place]:
            raise OSError("the line is down")
        return reevaluate_upload(stack, bank, upload_id, **since)

    with mock.patch.object(sweep_parts, "reevaluate_upload", rejudge):
        report_and_decide(world, story_of)
        world.drain()
        states = Counter(world.reload(one).state for one in copies)
        assert states == {UploadState.REMOVED: 2, UploadState.PUBLISHED: 1}
    assert len(world.dead_letters) == 1
    again, world.dead_letters[:] = world.dead_letters[0], []
    world.send(replace(again, attempt=1))
    world.drain()
    assert {world.reload(one).state for one in copies} == {UploadState.REMOVED}


@pytest.mark.promise(4)
@pytest.mark.parametrize("seconds", [sweep_parts.ALIGNMENT_SECONDS, -1.0], ids=["at once", "one by one"])
def test_alignment_finds_a_published_copy_without_a_near_hash(
    seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recent uploads are aligned; a sweep part that runs out of time leaves the rest to another part."""
    monkeypatch.setattr(sweep_parts, "ALIGNMENT_SECONDS", seconds)
    # This world is not checked: by hashes alone, as the invariants compare, the uploads would be public.
    with memory_world() as world, fake_alignment(world, SHOWS):
        old = world.upload("beta", "bob", drawn(50))
        world.clock.advance(days=world.stack.settings.lookback_window.days + 1)
        copies = [world.upload("beta", "bob", drawn(seed)) for seed in (51, 52, 53)]
        enforced_story(world, drawn(1), account="ann")
        world.drain()
        assert not world.dead_letters
        assert {world.reload(one).state for one in copies} == {UploadState.REMOVED}
        assert world.reload(old).state is UploadState.PUBLISHED


def test_nothing_is_aligned_without_a_lookback_window() -> None:
    with memory_world() as world, fake_alignment(world, SHOWS):
        object.__setattr__(world.stack.settings, "lookback_window", timedelta(0))
        copy = world.upload("beta", "bob", drawn(51))
        enforced_story(world, drawn(1), account="ann")
        world.drain()
        assert world.reload(copy).state is UploadState.PUBLISHED

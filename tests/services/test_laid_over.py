"""What becomes of an upload by what it shows when it is laid over the judged pictures, and of one that can't
be laid over anything any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from unittest import mock

import pytest
from staydown.aws.stack import Stack
from staydown.domain.bank import Overlap
from staydown.domain.stops import Reason
from staydown.domain.uploads import Upload, UploadState
from staydown.imaging.limits import ImageRejected, Limits
from staydown.services.bank import looking
from staydown.services.bank.bank_view import BankView
from staydown.services.reports.amend_report import withdraw_report
from staydown.services.retention.ask_erasure import ask_erasure
from staydown.services.sweeps import sweep_parts
from staydown.services.uploads.rejudge_upload import rejudge_upload

from tests.support.invariants import check
from tests.support.laid_over import laid_over
from tests.support.ledger import read_ledger
from tests.support.people import NOT_VIOLATING, answer, appeal, decide, judge, judged_story, report, reverse
from tests.support.pictures import decode_drawn, drawn, drawn_hash
from tests.support.world import Message, World, memory_world

SHOWS = Overlap(inliers=60, agreeing=50, visible=60, conclusive=True, contradicts=False)
CONTRADICTS = Overlap(inliers=60, agreeing=4, visible=60, conclusive=False, contradicts=True)


def test_an_acquitted_picture_on_a_judged_page_is_published_and_brought_to_nobody_again() -> None:
    # A world that is not checked afterwards: by hashes alone it would be blocked.
    with memory_world() as world, laid_over(world, CONTRADICTS):
        judged_story(world, drawn(1))
        world.drain()
        held = world.upload("beta", "bob", drawn(1, flipped=20))
        assert (held.state, held.reason) == (UploadState.HELD, Reason.NEEDS_REVIEW)
        decide(world, held.cases[0], NOT_VIOLATING)
        world.drain()
        freed = world.again(held)
        assert freed.state is UploadState.PUBLISHED
        assert freed.cases == held.cases, "no other case was opened for it"
        assert not [case for case in read_ledger(world.cloud).cases.values() if case.undecided]


@pytest.fixture
def with_pictures() -> Iterator[World]:
    """A world in which some other picture was judged, so that each upload is looked at."""
    with memory_world() as world, laid_over(world, None):
        judged_story(world, drawn(99), account="zoe")
        world.drain()
        yield world
        world.drain()
        assert not world.dead
        check(world)


@contextmanager
def unreadable(world: World, *uploads: Upload) -> Iterator[None]:
    """As if the limits were lower by now than what these images have."""
    bodies = {world.stack.images.read(upload) for upload in uploads}

    def decode(data: bytes, limits: Limits) -> object:
        if data in bodies:
            raise ImageRejected("too_many_pixels", "more than are allowed by now")
        return decode_drawn(data, limits)

    with mock.patch.object(looking, "decode", decode):
        yield


def test_an_image_that_was_erased_is_gone_when_its_appeal_is_upheld(with_pictures: World) -> None:
    world = with_pictures
    story = judged_story(world, drawn(1))
    copy = world.upload("beta", "bob", drawn(1, flipped=3))
    ask_erasure(world.stack, story.case.case_id, by="sue")
    world.clock.advance(minutes=1)
    world.retain()
    answer(world, appeal(world, story.upload))
    world.drain()
    gone = world.again(story.upload)
    assert (gone.state, gone.reason) == (UploadState.REJECTED, Reason.IMAGE_GONE)
    assert world.again(copy).state is UploadState.PUBLISHED


def test_promise_8_what_is_freed_and_can_not_be_read_any_more_is_not_published(with_pictures: World) -> None:
    world = with_pictures
    story = judged_story(world, drawn(1))
    with unreadable(world, story.upload):
        answer(world, appeal(world, story.upload))
        world.drain()
        upload = world.again(story.upload)
        assert (upload.state, upload.reason) == (UploadState.REJECTED, "too_many_pixels")


def test_a_published_image_that_can_not_be_read_any_more_goes_by_its_hashes(with_pictures: World) -> None:
    world = with_pictures
    near = world.upload("alpha", "ann", drawn(1, flipped=10))
    beside = world.upload("alpha", "ann", drawn(1, flipped=40))
    with unreadable(world, near, beside):
        judged_story(world, drawn(1), account="bob")
        world.drain()
        assert world.again(near).state is UploadState.REMOVED
        looked_at = world.again(beside)
        assert looked_at.state is UploadState.PUBLISHED
        assert looked_at.cases, "a reviewer sees it"
    world.drain()


def test_promise_8_what_is_let_go_and_can_not_be_read_any_more_is_not_published(with_pictures: World) -> None:
    world = with_pictures
    filed = report(world, hashes=[drawn_hash(1)])
    held = world.upload("alpha", "ann", drawn(1, flipped=5))
    assert held.state is UploadState.HELD
    with unreadable(world, held):
        withdraw_report(world.stack, filed.report.case_number, filed.secret)
        world.drain()
        freed = world.again(held)
        assert (freed.state, freed.reason) == (UploadState.REJECTED, "too_many_pixels")


def test_what_is_held_and_can_not_be_read_any_more_waits_for_a_person(with_pictures: World) -> None:
    world = with_pictures
    story = judged_story(world, drawn(1))
    held = world.upload("alpha", "bob", drawn(1, flipped=40))
    with unreadable(world, held):
        reverse(world, story.upload, story.case)
        world.drain()
        assert world.again(held).state is UploadState.HELD
    world.send(Message("settle", (held.upload_id,)))
    world.drain()
    assert world.again(held).state is UploadState.PUBLISHED, "it could be read again"


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_upload_that_can_not_be_judged_keeps_no_copy_up(world: World, place: int) -> None:
    copies = [world.upload("beta", "bob", drawn(1, flipped=n)) for n in (1, 2, 3)]
    story_of = world.upload("alpha", "ann", drawn(1))

    def rejudge(stack: Stack, bank: BankView, upload_id: str, **since: datetime) -> Upload | None:
        if upload_id == sorted(one.upload_id for one in copies)[place]:
            raise OSError("the line is down")
        return rejudge_upload(stack, bank, upload_id, **since)

    with mock.patch.object(sweep_parts, "rejudge_upload", rejudge):
        judge(world, story_of)
        world.drain()
        states = Counter(world.again(one).state for one in copies)
        assert states == {UploadState.REMOVED: 2, UploadState.PUBLISHED: 1}
    assert len(world.dead) == 1
    again, world.dead[:] = world.dead[0], []
    world.send(replace(again, attempt=1))
    world.drain()
    assert {world.again(one).state for one in copies} == {UploadState.REMOVED}


@pytest.mark.parametrize("seconds", [sweep_parts.LOOKING_SECONDS, -1.0], ids=["at once", "one by one"])
def test_promise_4_a_copy_that_is_up_and_no_hash_gives_away_is_found(
    seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked at, if it is recent; whoever runs out of time leaves the rest to another."""
    monkeypatch.setattr(sweep_parts, "LOOKING_SECONDS", seconds)
    # A world that is not checked afterwards: by hashes alone, these should be up.
    with memory_world() as world, laid_over(world, SHOWS):
        old = world.upload("beta", "bob", drawn(50))
        world.clock.advance(days=world.stack.settings.look_back.days + 1)
        copies = [world.upload("beta", "bob", drawn(seed)) for seed in (51, 52, 53)]
        judged_story(world, drawn(1), account="ann")
        world.drain()
        assert not world.dead
        assert {world.again(one).state for one in copies} == {UploadState.REMOVED}
        assert world.again(old).state is UploadState.PUBLISHED


def test_nothing_is_looked_at_where_nobody_wants_it() -> None:
    with memory_world() as world, laid_over(world, SHOWS):
        object.__setattr__(world.stack.settings, "look_back", timedelta(0))
        copy = world.upload("beta", "bob", drawn(51))
        judged_story(world, drawn(1), account="ann")
        world.drain()
        assert world.again(copy).state is UploadState.PUBLISHED

"""The cases that a matched upload joins, and the deadline that applies to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from staydown.domain.cases.case import Case
from staydown.domain.uploads.stops import StopReason
from staydown.domain.uploads.upload import Upload, UploadState
from staydown.services.reports.amend_report import withdraw_report
from staydown.services.reports.file_report import FiledReport

from tests.support.actions import INCOMPLETE, NOT_VIOLATING, decide, enforced_story, report
from tests.support.sample_images import drawn, drawn_hash
from tests.support.world import World

REMOVAL_PERIOD = timedelta(hours=48)


@pytest.fixture
def upload(world: World) -> Upload:
    return world.upload("alpha", "mallory", drawn(1))


def case_of(world: World, filed: FiledReport) -> Case:
    case = world.stack.cases.get_case(filed.cases[0].case_id)
    assert case is not None
    return case


def report_hash(world: World, *, flipped: int = 10) -> FiledReport:
    """File a report by the person shown, with a hash from their own device."""
    filed = report(world, hashes=[drawn_hash(1, flipped=flipped)])
    world.drain()
    return filed


def file_shielding_report(world: World, upload: Upload, *, by_hash: bool) -> FiledReport:
    """File a report that stays incomplete on purpose, so that it has no deadline."""
    filed = report(world, upload, hashes=[drawn_hash(1)] if by_hash else [], form=INCOMPLETE)
    world.drain()
    return filed


@pytest.mark.promise(10)
@pytest.mark.parametrize("by_hash", [False, True])
def test_incomplete_report_does_not_shield_a_copy(world: World, upload: Upload, by_hash: bool) -> None:
    file_shielding_report(world, upload, by_hash=by_hash)
    filed = report_hash(world)
    assert case_of(world, filed).uploads == (upload.upload_id,)
    world.clock.advance(hours=48)
    world.watch_deadlines()
    world.drain()
    hidden = world.reload(upload)
    assert (hidden.state, hidden.reason) == (UploadState.HELD, StopReason.DEADLINE_PASSED)
    decide(world, case_of(world, filed).case_id)
    world.drain()
    assert world.reload(upload).state is UploadState.REMOVED


@pytest.mark.parametrize("by_hash", [False, True])
def test_withdrawn_incomplete_report_leaves_the_copy_in_the_case(
    world: World, upload: Upload, by_hash: bool
) -> None:
    sham = file_shielding_report(world, upload, by_hash=by_hash)
    filed = report_hash(world)
    withdraw_report(world.stack, sham.report.case_number, sham.secret)
    world.drain()
    assert case_of(world, filed).uploads == (upload.upload_id,)


def test_dismissed_upload_is_judged_by_its_other_matches(world: World, upload: Upload) -> None:
    """While its own case is open no other review is needed; after a dismissal its matches are reviewed."""
    first = report(world, upload)
    world.drain()
    enforced_story(world, drawn(1, flipped=40), account="zoe")
    world.drain()
    assert world.reload(upload).cases == (first.cases[0].case_id,)
    decide(world, first.cases[0].case_id, NOT_VIOLATING)
    world.drain()
    case = world.stack.cases.get_case(world.reload(upload).cases[-1])
    assert case is not None
    assert case.undecided
    assert case.deadline is not None


def test_copy_is_judged_again_after_a_withdrawal(world: World, upload: Upload) -> None:
    first = report(world, upload)
    enforced_story(world, drawn(1, flipped=40), account="zoe")
    world.drain()
    withdraw_report(world.stack, first.report.case_number, first.secret)
    world.drain()
    case = world.stack.cases.get_case(world.reload(upload).cases[-1])
    assert case is not None
    assert case.undecided


@pytest.mark.promise(10)
def test_upload_held_by_an_incomplete_claim_has_a_deadline(world: World) -> None:
    sham = report(world, hashes=[drawn_hash(1)], form=INCOMPLETE)
    assert case_of(world, sham).deadline is None
    held = world.upload("alpha", "ann", drawn(1, flipped=3))
    assert held.state is UploadState.HELD
    case = case_of(world, sham)
    assert case.uploads == (held.upload_id,)
    assert case.deadline == world.clock.now + REMOVAL_PERIOD


def test_a_later_copy_moves_no_deadline(world: World) -> None:
    sham = report(world, hashes=[drawn_hash(1)], form=INCOMPLETE)
    world.upload("alpha", "ann", drawn(1, flipped=3))
    due = case_of(world, sham).deadline
    world.clock.advance(hours=5)
    world.upload("alpha", "eve", drawn(1, flipped=4))
    assert case_of(world, sham).deadline == due


def test_held_copy_is_released_if_the_nearest_claim_is_rejected(world: World) -> None:
    """The upload joins every case that claims it and is released with one of them."""
    near, far = report(world, hashes=[drawn_hash(1)]), report(world, hashes=[drawn_hash(1, flipped=20)])
    held = world.upload("alpha", "ann", drawn(1, flipped=3))
    assert set(held.cases) == {near.cases[0].case_id, far.cases[0].case_id}
    decide(world, near.cases[0].case_id, NOT_VIOLATING)
    world.drain()
    assert world.reload(held).state is UploadState.PUBLISHED


def test_held_copy_is_released_when_any_claim_is_rejected(world: World) -> None:
    near, far = report(world, hashes=[drawn_hash(1)]), report(world, hashes=[drawn_hash(1, flipped=20)])
    held = world.upload("alpha", "ann", drawn(1, flipped=3))
    decide(world, far.cases[0].case_id, NOT_VIOLATING)
    world.drain()
    assert world.reload(held).state is UploadState.PUBLISHED
    assert case_of(world, near).uploads == (held.upload_id,), "the upload left the other open case"

"""Which cases an upload is brought to that meets what somebody claims, and by which clock it is decided."""

from __future__ import annotations

from datetime import timedelta

import pytest
from staydown.domain.cases import Case
from staydown.domain.stops import Reason
from staydown.domain.uploads import Upload, UploadState
from staydown.services.reports.amend_report import withdraw_report
from staydown.services.reports.file_report import FiledReport

from tests.support.people import INCOMPLETE, NOT_VIOLATING, decide, judged_story, report
from tests.support.pictures import drawn, drawn_hash
from tests.support.world import World

DUE = timedelta(hours=48)


@pytest.fixture
def upload(world: World) -> Upload:
    return world.upload("alpha", "mallory", drawn(1))


def case_of(world: World, filed: FiledReport) -> Case:
    case = world.stack.cases.case(filed.cases[0].case_id)
    assert case is not None
    return case


def claimed(world: World, *, flipped: int = 10) -> FiledReport:
    """By the person shown, by a hash that they made themselves."""
    filed = report(world, hashes=[drawn_hash(1, flipped=flipped)])
    world.drain()
    return filed


def shield(world: World, upload: Upload, *, by_hash: bool) -> FiledReport:
    """A report that its sender leaves incomplete on purpose: no clock runs for it."""
    filed = report(world, upload, hashes=[drawn_hash(1)] if by_hash else [], form=INCOMPLETE)
    world.drain()
    return filed


@pytest.mark.parametrize("by_hash", [False, True])
def test_promise_10_an_incomplete_report_keeps_no_copy_from_the_case_that_matters(
    world: World, upload: Upload, by_hash: bool
) -> None:
    shield(world, upload, by_hash=by_hash)
    filed = claimed(world)
    assert case_of(world, filed).uploads == (upload.upload_id,)
    world.clock.advance(hours=48)
    world.watch()
    world.drain()
    hidden = world.again(upload)
    assert (hidden.state, hidden.reason) == (UploadState.HELD, Reason.DEADLINE_PASSED)
    decide(world, case_of(world, filed).case_id)
    world.drain()
    assert world.again(upload).state is UploadState.REMOVED


@pytest.mark.parametrize("by_hash", [False, True])
def test_a_shield_that_is_withdrawn_leaves_the_copy_in_the_case_that_matters(
    world: World, upload: Upload, by_hash: bool
) -> None:
    sham = shield(world, upload, by_hash=by_hash)
    filed = claimed(world)
    withdraw_report(world.stack, sham.report.case_number, sham.secret)
    world.drain()
    assert case_of(world, filed).uploads == (upload.upload_id,)


def test_what_was_looked_at_in_one_case_is_judged_again_by_what_it_meets_besides(
    world: World, upload: Upload
) -> None:
    """A report of it is enough of a look as long as it waits; then somebody has to look at what it meets."""
    first = report(world, upload)
    world.drain()
    judged_story(world, drawn(1, flipped=40), account="zoe")
    world.drain()
    assert world.again(upload).cases == (first.cases[0].case_id,)
    decide(world, first.cases[0].case_id, NOT_VIOLATING)
    world.drain()
    case = world.stack.cases.case(world.again(upload).cases[-1])
    assert case is not None
    assert case.undecided
    assert case.deadline is not None


def test_what_is_withdrawn_has_its_copy_judged_again(world: World, upload: Upload) -> None:
    first = report(world, upload)
    judged_story(world, drawn(1, flipped=40), account="zoe")
    world.drain()
    withdraw_report(world.stack, first.report.case_number, first.secret)
    world.drain()
    case = world.stack.cases.case(world.again(upload).cases[-1])
    assert case is not None
    assert case.undecided


def test_promise_10_who_is_held_by_a_claim_that_is_not_complete_is_held_by_a_clock(world: World) -> None:
    sham = report(world, hashes=[drawn_hash(1)], form=INCOMPLETE)
    assert case_of(world, sham).deadline is None
    held = world.upload("alpha", "ann", drawn(1, flipped=3))
    assert held.state is UploadState.HELD
    case = case_of(world, sham)
    assert case.uploads == (held.upload_id,)
    assert case.deadline == world.clock.now + DUE


def test_a_later_copy_moves_no_deadline(world: World) -> None:
    sham = report(world, hashes=[drawn_hash(1)], form=INCOMPLETE)
    world.upload("alpha", "ann", drawn(1, flipped=3))
    due = case_of(world, sham).deadline
    world.clock.advance(hours=5)
    world.upload("alpha", "eve", drawn(1, flipped=4))
    assert case_of(world, sham).deadline == due


def test_a_held_copy_goes_when_the_nearest_claim_is_refused(world: World) -> None:
    """It is in every case that claims it, and waits for one of them."""
    near, far = report(world, hashes=[drawn_hash(1)]), report(world, hashes=[drawn_hash(1, flipped=20)])
    held = world.upload("alpha", "ann", drawn(1, flipped=3))
    assert set(held.cases) == {near.cases[0].case_id, far.cases[0].case_id}
    decide(world, near.cases[0].case_id, NOT_VIOLATING)
    world.drain()
    assert world.again(held).state is UploadState.PUBLISHED


def test_a_held_copy_goes_when_any_claim_of_it_is_refused(world: World) -> None:
    near, far = report(world, hashes=[drawn_hash(1)]), report(world, hashes=[drawn_hash(1, flipped=20)])
    held = world.upload("alpha", "ann", drawn(1, flipped=3))
    decide(world, far.cases[0].case_id, NOT_VIOLATING)
    world.drain()
    assert world.again(held).state is UploadState.PUBLISHED
    assert case_of(world, near).uploads == (held.upload_id,), "it is to be decided still"

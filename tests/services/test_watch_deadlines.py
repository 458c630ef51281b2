"""A warning precedes each deadline; at the deadline undecided uploads are hidden, and can return."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.errors import ConcurrentChange
from staydown.domain.uploads.upload import UploadState
from staydown.services.deadlines import watch_deadlines
from staydown.services.reports.amend_report import ReportUpdate, complete_report, withdraw_report
from staydown.services.review.review_queue import claim_next

from tests.support.actions import FORM, INCOMPLETE, NOT_VIOLATING, decide, enforced_story, report
from tests.support.invariants import check, check_deadlines
from tests.support.sample_images import drawn, drawn_hash
from tests.support.world import World

LEAD = timedelta(seconds=90)
MOMENTS = [
    # Clock changes in Europe and America, a leap day, a missing leap day, the end of a year.
    datetime(2027, 3, 27, 23, 30, tzinfo=UTC),
    datetime(2027, 10, 30, 12, 0, 1, tzinfo=UTC),
    datetime(2027, 11, 6, 20, 59, 59, tzinfo=UTC),
    datetime(2028, 2, 28, 8, tzinfo=UTC),
    datetime(2027, 2, 27, 8, tzinfo=UTC),
    datetime(2027, 12, 31, 0, 0, 1, tzinfo=UTC),
]


def state(world: World, upload_id: str) -> UploadState:
    found = world.stack.uploads.get(upload_id)
    assert found is not None
    return found.state


def run(world: World) -> None:
    world.watch_deadlines()
    world.drain()


@pytest.mark.parametrize("valid_at", MOMENTS, ids=str)
@pytest.mark.law("US3")
def test_undecided_upload_is_hidden_by_its_deadline(world: World, valid_at: datetime) -> None:
    world.clock.now = valid_at
    upload = world.upload("alpha", "ann", drawn(1))
    case_id = report(world, upload).cases[0].case_id
    world.clock.now = valid_at + timedelta(hours=48) - LEAD - timedelta(seconds=1)
    run(world)
    assert state(world, upload.upload_id) is UploadState.PUBLISHED
    world.clock.advance(seconds=1)
    run(world)
    assert state(world, upload.upload_id) is UploadState.HELD
    assert world.reload(upload).reason == "deadline_passed"
    check_deadlines(world)
    assert f"/{upload.public_key}" in world.cloud.invalidated_paths()
    (event,) = world.events_of_type("case.overdue")
    assert event.detail["case_id"] == case_id
    assert datetime.fromisoformat(event.detail["deadline"]) == valid_at + timedelta(hours=48)


def test_deadline_warning_is_sent_once_in_time(world: World) -> None:
    report(world, world.upload("alpha", "ann", drawn(1)))
    world.clock.advance(hours=35, minutes=59, seconds=59)
    assert world.watch_deadlines().warned == []
    world.clock.advance(seconds=1)
    assert len(world.watch_deadlines().warned) == 1
    world.clock.advance(hours=1)
    watched = world.watch_deadlines()
    assert (watched.near, watched.overdue, watched.warned) == (1, 0, [])
    world.drain()
    assert len(world.events_of_type("case.deadline_near")) == 1


@pytest.mark.law("US3")
def test_dismissal_restores_exactly_the_hidden_uploads(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    first, second = report(world, upload), report(world, world.upload("alpha", "eve", drawn(2)))
    world.clock.advance(hours=48)
    run(world)
    decide(world, first.cases[0].case_id, NOT_VIOLATING)
    world.drain()
    assert state(world, upload.upload_id) is UploadState.PUBLISHED
    assert state(world, second.cases[0].uploads[0]) is UploadState.HELD
    assert world.reload(upload).stops == {}


def test_enforcement_replaces_the_hiding(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    case_id = report(world, upload).cases[0].case_id
    world.clock.advance(hours=48)
    run(world)
    decide(world, case_id)
    world.drain()
    assert set(world.reload(upload).stops) == {f"case:{case_id}"}


def test_upload_hidden_by_two_cases_needs_both_decisions(world: World) -> None:
    """The image was dismissed once and is reported again in two cases."""
    upload = world.upload("alpha", "ann", drawn(1))
    first = report(world, upload).cases[0].case_id
    decide(world, first, DecisionOutcome.NEEDS_INFORMATION)
    stories = [enforced_story(world, drawn(8, flipped=n), account=f"a{n}") for n in range(2)]
    assert len(stories) == 2
    report(world, upload)
    world.clock.advance(hours=48)
    run(world)
    assert state(world, upload.upload_id) is UploadState.HELD
    decide(world, first, NOT_VIOLATING)
    world.drain()
    assert state(world, upload.upload_id) is UploadState.PUBLISHED


def test_overdue_case_stays_first_despite_an_open_question(world: World) -> None:
    late = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    decide(world, late, DecisionOutcome.NEEDS_INFORMATION)
    world.clock.advance(hours=47)
    fresh = report(world, world.upload("alpha", "eve", drawn(2))).cases[0].case_id
    found = claim_next(world.stack, reviewer="ada")
    assert found is not None
    assert found.case_id == fresh
    world.clock.advance(hours=1)
    run(world)
    found = claim_next(world.stack, reviewer="ben")
    assert found is not None
    assert found.case_id == late


@pytest.mark.law("US2", "US3")
def test_clock_starts_only_when_the_report_is_valid(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    filed = report(world, upload, form=INCOMPLETE)
    world.clock.advance(hours=1000)
    run(world)
    assert state(world, upload.upload_id) is UploadState.PUBLISHED
    added = ReportUpdate(signature="Jane Roe", email="jane@example.org")
    complete_report(world.stack, filed.report.case_number, filed.secret, added)
    world.clock.advance(hours=47)
    run(world)
    assert state(world, upload.upload_id) is UploadState.PUBLISHED
    world.clock.advance(hours=1)
    run(world)
    assert state(world, upload.upload_id) is UploadState.HELD


def test_withdrawal_restores_uploads_hidden_at_the_deadline(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    filed = report(world, upload)
    world.clock.advance(hours=48)
    run(world)
    withdraw_report(world.stack, filed.report.case_number, filed.secret)
    world.drain()
    assert state(world, upload.upload_id) is UploadState.PUBLISHED


def test_upload_that_joins_an_overdue_case_is_hidden_too(world: World) -> None:
    first = world.upload("alpha", "ann", drawn(1))
    report(world, first)
    world.clock.advance(hours=48)
    run(world)
    second = world.upload("alpha", "eve", drawn(1, flipped=2))
    joined = report(world, first, second)
    assert second.upload_id in joined.cases[0].uploads
    run(world)
    assert state(world, second.upload_id) is UploadState.HELD
    assert world.watch_deadlines().hidden == []


def test_hidden_upload_is_still_blocked_by_the_bank(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    case_id = report(world, upload).cases[0].case_id
    world.clock.advance(hours=48)
    run(world)
    enforced_story(world, drawn(1, flipped=40), account="eve")
    other = enforced_story(world, drawn(1, flipped=2), account="bob")
    world.drain()
    assert state(world, upload.upload_id) is UploadState.REMOVED
    assert other.case.case_id != case_id
    decide(world, case_id, NOT_VIOLATING)
    world.drain()
    assert state(world, upload.upload_id) is UploadState.REMOVED


def test_withdrawn_match_ends_its_hiding(world: World) -> None:
    """The upload was public when a claim matched it: a matched case with a deadline."""
    upload = world.upload("alpha", "ann", drawn(1))
    filed = report(world, hashes=[drawn_hash(1, flipped=2)])
    world.drain()
    world.clock.advance(hours=48)
    run(world)
    assert state(world, upload.upload_id) is UploadState.HELD
    withdraw_report(world.stack, filed.report.case_number, filed.secret)
    world.drain()
    assert state(world, upload.upload_id) is UploadState.PUBLISHED


def test_failure_on_one_case_delays_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    uploads = [world.upload("alpha", f"ann{n}", drawn(n)) for n in range(1, 4)]
    cases = [report(world, upload).cases[0].case_id for upload in uploads]
    world.clock.advance(hours=48)
    get = world.stack.uploads.get

    def failing(upload_id: str) -> object:
        if upload_id == uploads[0].upload_id:
            raise ConcurrentChange("again and again")
        return get(upload_id)

    failed_cases: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(world.stack.uploads, "get", failing)
        watched = watch_deadlines(world.stack, lambda case_id, error: failed_cases.append(case_id))
    assert watched.failed == failed_cases == cases[:1]
    assert set(watched.hidden) == set(cases[1:])
    world.drain()
    assert [state(world, one.upload_id) for one in uploads[1:]] == [UploadState.HELD] * 2
    run(world)
    assert state(world, uploads[0].upload_id) is UploadState.HELD


def test_many_cases_are_processed_page_by_page(world: World) -> None:
    """The queue has several pages of due cases, followed by cases with time left."""
    upload = world.upload("alpha", "ann", drawn(500))
    for number in range(120):
        report(world, hashes=[drawn_hash(number)], form=FORM)
    world.clock.advance(hours=10)
    report(world, upload)
    world.clock.advance(hours=38)
    watched = world.watch_deadlines()
    assert (len(watched.hidden), watched.overdue, len(watched.warned)) == (120, 120, 1)
    again = world.watch_deadlines()
    assert (again.hidden, again.warned, again.overdue) == ([], [], 120)
    world.drain()
    check(world)

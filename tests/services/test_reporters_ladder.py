"""Who reports again and again what is manifestly unfounded: warned, looked at, and what they report set aside
for a time, with nothing of it lost (EU6)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from staydown.domain.cases import Case
from staydown.domain.decisions import Complainant, Factors, Outcome, Setting, Shown
from staydown.domain.errors import Conflict, ConflictOfInterest, InvalidRequest, SameReviewer
from staydown.domain.misuse import Ending, Intention, MisuseOutcome, MisuseReview
from staydown.domain.notices import NoticeKind, Recipient
from staydown.domain.uploads import UploadState
from staydown.services.misuse.decide_misuse import MisuseJudgement, decide_misuse
from staydown.services.misuse.end_suspension import lift_suspension
from staydown.services.misuse.view_misuse import list_misuse, view_misuse
from staydown.services.reports.amend_report import withdraw_report
from staydown.services.reports.file_report import FiledReport
from staydown.services.reports.follow_report import follow_report
from staydown.services.review.decide_case import Judgement, decide_case
from staydown.services.review.review_queue import claim_next, declare_conflict

from tests.support.ledger import read_ledger
from tests.support.people import FORM, INCOMPLETE, answer, appeal_as_reporter, report
from tests.support.pictures import drawn, drawn_hash
from tests.support.world import World

NOT_THEM = Factors(frozenset({Shown.NUDITY}), Setting.PRIVATE, Complainant.NO)
SUSPEND = MisuseJudgement(MisuseOutcome.SUSPEND, Intention.DELIBERATE, "it went on", days=30)
WARN = MisuseJudgement(MisuseOutcome.WARN, Intention.CARELESS, "they may not know")
RITA = ("beta", "rita")


def files(
    world: World, seed: int, *, vouched: tuple[str, str] | None = RITA, complete: bool = True
) -> FiledReport:
    """A picture is up, and somebody who is signed in on beta reports it."""
    form = replace(FORM if complete else INCOMPLETE, vouched=vouched)
    filed = report(world, world.upload("alpha", f"poster-{seed}", drawn(seed)), form=form)
    world.drain()
    return filed


def refused(world: World, filed: FiledReport, reviewer: str = "ada", *, unfounded: bool = True) -> Case:
    judged = Judgement(Outcome.NOT_VIOLATING, NOT_THEM, "another person", manifestly_unfounded=unfounded)
    decided = decide_case(
        world.stack,
        case_id=filed.cases[0].case_id,
        reviewer=reviewer,
        judgement=judged,
        expected_revision=None,
    )
    world.drain()
    return decided


def unfounded(world: World, times: int, *, first: int = 1, reviewer: str = "ada") -> list[FiledReport]:
    """So many of rita's reports, one after the other, an hour apart."""
    filed = []
    for number in range(times):
        world.clock.advance(hours=1)
        filed.append(files(world, first + number))
        refused(world, filed[-1], reviewer)
    return filed


def waiting(world: World) -> list[MisuseReview]:
    return list_misuse(world.stack, queue="misuse", after=None, limit=25)[0]


def decide(world: World, judgement: MisuseJudgement = SUSPEND, reviewer: str = "ben") -> MisuseReview:
    (review,) = waiting(world)
    decided = decide_misuse(world.stack, review_id=review.review_id, reviewer=reviewer, judgement=judgement)
    world.drain()
    return decided


def suspended(world: World) -> tuple[list[FiledReport], MisuseReview]:
    filed = unfounded(world, 3)
    return filed, decide(world)


def texts(world: World, filed: FiledReport) -> dict[NoticeKind, str]:
    told = world.stack.notices.of(Recipient.reporter(filed.report.case_number))
    return {one.kind: "\n".join((one.title, *one.paragraphs)) for one in told}


def offered(world: World) -> Case | None:
    return claim_next(world.stack, reviewer="cleo")


@pytest.mark.law("EU6")
def test_the_first_is_a_warning_the_third_brings_a_reviewer_and_no_machine_suspends(world: World) -> None:
    first, second = unfounded(world, 2)
    assert "Please take this as a warning" in texts(world, first)[NoticeKind.DECISION]
    assert "When 3 reports from your account" in texts(world, second)[NoticeKind.DECISION]
    assert waiting(world) == []
    unfounded(world, 1, first=3)
    (review,) = waiting(world)
    assert review.subject.reports
    assert files(world, 4).set_aside_until is None


def test_who_nobody_vouches_for_has_no_ladder_however_often_and_under_whatever_name(world: World) -> None:
    for seed in range(1, 6):
        filed = files(world, seed, vouched=None)
        refused(world, filed)
    assert waiting(world) == []
    assert read_ledger(world.cloud).senders == {}
    assert "Nothing else follows from it" in texts(world, filed)[NoticeKind.DECISION]


@pytest.mark.law("EU6")
def test_nobody_is_silenced_by_who_files_in_their_name(world: World) -> None:
    """The same name, address and signature, by somebody else's account or by none."""
    suspended(world)
    for seed, vouched in ((10, ("beta", "jane")), (11, ("alpha", "rita")), (12, None)):
        assert files(world, seed, vouched=vouched).set_aside_until is None


@pytest.mark.law("EU6")
def test_the_reviewer_sees_number_proportion_gravity_and_not_who(world: World) -> None:
    files(world, 9)
    unfounded(world, 3)
    (review,) = waiting(world)
    view = view_misuse(world.stack, review_id=review.review_id, reviewer="ben")
    assert (len(view.seen.strikes), view.seen.total, view.not_the_subject, view.hidden) == (3, 4, 3, 0)
    assert view.shown == ((Shown.NUDITY, 3),)
    assert view.went_on
    assert "rita" not in repr(view)
    assert "rita" not in repr(world.cloud.table(world.cloud.settings.cases_table))


@pytest.mark.law("EU6")
def test_nobody_is_suspended_for_what_came_before_the_warning(world: World) -> None:
    filed = []
    for seed in (1, 2, 3):
        world.clock.advance(hours=1)
        filed.append(files(world, seed))
    for one in filed:
        refused(world, one)
    with pytest.raises(Conflict):
        decide(world)
    decide(world, WARN)
    text = texts(world, filed[-1])[NoticeKind.REPORTS_WARNED]
    assert "you sent 3 reports from your account, and 3 of them" in text
    assert files(world, 4).set_aside_until is None


@pytest.mark.law("EU6", "EU5")
def test_who_called_one_of_them_unfounded_does_not_suspend(world: World) -> None:
    unfounded(world, 2, reviewer="ada")
    unfounded(world, 1, first=3, reviewer="ben")
    (review,) = waiting(world)
    for reviewer in ("ada", "ben"):
        with pytest.raises(SameReviewer):
            decide(world, reviewer=reviewer)
        assert view_misuse(world.stack, review_id=review.review_id, reviewer=reviewer).judged_by_you
    assert decide(world, reviewer="cleo").suspends


@pytest.mark.law("EU6", "EU2")
def test_what_is_reported_meanwhile_is_received_told_of_and_waits(world: World) -> None:
    filed, review = suspended(world)
    assert review.decision is not None and review.decision.until is not None
    said = texts(world, filed[-1])[NoticeKind.REPORTS_SUSPENDED]
    assert f"Until {review.decision.until:%Y-%m-%d %H:%M UTC} reports from your account wait" in said
    assert "3 of them were found" in said and "You were warned on" in said
    assert "appeal, each with its number" in said
    incomplete = files(world, 4, complete=False)
    assert incomplete.set_aside_until == review.decision.until
    receipt = texts(world, incomplete)[NoticeKind.RECEIPT]
    assert "it is not lost" in receipt
    assert "a senior reviewer who did not decide it can lift it" in receipt
    followed = follow_report(world.stack, incomplete.report.case_number, incomplete.secret)
    assert followed.set_aside_until == review.decision.until
    assert offered(world) is None


@pytest.mark.law("EU6", "US3", "UK1")
def test_the_laws_clock_has_no_exception(world: World) -> None:
    """A valid report is back in the queue when its deadline is near, and hidden at it like any other."""
    suspended(world)
    filed = files(world, 4)
    (case,) = filed.cases
    assert case.deadline is not None
    assert filed.set_aside_until == case.deadline - world.cloud.settings.watch.warning
    assert offered(world) is None
    world.clock.advance(hours=36)
    world.watch()
    assert (found := offered(world)) is not None and found.case_id == case.case_id
    world.clock.advance(hours=12)
    world.watch()
    world.drain()
    (upload_id,) = case.uploads
    assert read_ledger(world.cloud).uploads[upload_id].state is not UploadState.PUBLISHED


@pytest.mark.law("EU6")
def test_it_comes_back_by_itself_when_the_term_is_over(world: World) -> None:
    filed, _ = suspended(world)
    waits = files(world, 4, complete=False)
    world.clock.advance(hours=24 * 30)
    assert (found := offered(world)) is not None and found.case_id == waits.cases[0].case_id
    assert world.end_terms() == 1
    world.drain()
    assert files(world, 5).set_aside_until is None
    assert "look" in texts(world, filed[-1])[NoticeKind.REPORTS_RESUMED]


def test_it_is_back_as_soon_as_anybody_else_reports_the_image(world: World) -> None:
    suspended(world)
    waits = files(world, 4, complete=False)
    (upload,) = world.stack.uploads.get_many(waits.report.uploads)
    again = report(world, upload, form=replace(INCOMPLETE, vouched=RITA))
    assert again.set_aside_until is not None
    other = report(world, upload, form=INCOMPLETE)
    assert other.set_aside_until is None
    assert (found := offered(world)) is not None and found.case_id == waits.cases[0].case_id


def test_what_others_reported_first_does_not_wait_for_who_is_suspended(world: World) -> None:
    suspended(world)
    other = files(world, 4, vouched=None, complete=False)
    (upload,) = world.stack.uploads.get_many(other.report.uploads)
    assert report(world, upload, form=replace(INCOMPLETE, vouched=RITA)).set_aside_until is None
    assert offered(world) is not None


def test_it_is_back_when_somebodys_upload_is_held_for_it(world: World) -> None:
    suspended(world)
    waits = report(world, hashes=[drawn_hash(30)], form=replace(INCOMPLETE, vouched=RITA))
    world.drain()
    assert waits.set_aside_until is not None and offered(world) is None
    world.put("alpha", "carl", drawn(30))
    world.drain()
    assert (found := offered(world)) is not None and found.case_id == waits.cases[0].case_id


@pytest.mark.law("EU6", "EU4")
def test_promise_5_an_upheld_appeal_of_a_refusal_ends_a_suspension_that_rests_on_it(world: World) -> None:
    filed, review = suspended(world)
    waits = files(world, 4, complete=False)
    answer(world, appeal_as_reporter(world, filed[0]))
    world.drain()
    ended = world.stack.misuse.review(review.review_id)
    assert ended is not None and ended.ending is Ending.FELL
    assert (found := offered(world)) is not None and found.case_id == waits.cases[0].case_id
    assert NoticeKind.REPORTS_RESUMED in texts(world, filed[-1])


def test_promise_5_a_review_that_waits_is_closed_with_its_strikes(world: World) -> None:
    filed = unfounded(world, 3)
    answer(world, appeal_as_reporter(world, filed[1]))
    world.drain()
    assert waiting(world) == []


def test_a_senior_who_did_not_decide_it_lifts_it(world: World) -> None:
    _, review = suspended(world)
    waits = files(world, 4, complete=False)
    lift = {"review_id": review.review_id, "reasons": "they did not know"}
    with pytest.raises(SameReviewer):
        lift_suspension(world.stack, **lift, reviewer="ben")
    lift_suspension(world.stack, **lift, reviewer="noor")
    world.drain()
    assert (found := offered(world)) is not None and found.case_id == waits.cases[0].case_id
    assert files(world, 5).set_aside_until is None


def test_a_report_is_a_strike_only_when_nothing_is_left_of_it(world: World) -> None:
    """Of two pictures one was plainly nothing, the other was not theirs to judge so."""
    unfounded(world, 2)
    one, other = world.upload("alpha", "ann", drawn(20)), world.upload("alpha", "ann", drawn(21))
    both = report(world, one, other, form=replace(FORM, vouched=RITA))
    refused(world, both)
    assert waiting(world) == []
    refused(world, replace(both, cases=both.cases[1:]), unfounded=False)
    assert waiting(world) == []


def test_the_same_picture_reported_twice_is_one_strike_and_one_person(world: World) -> None:
    unfounded(world, 2)
    last = files(world, 3)
    (upload,) = world.stack.uploads.get_many(last.report.uploads)
    report(world, upload, form=replace(FORM, vouched=RITA))
    refused(world, last)
    (review,) = waiting(world)
    assert len(review.strikes) == 3
    other = files(world, 4)
    (upload,) = world.stack.uploads.get_many(other.report.uploads)
    report(world, upload, form=replace(FORM, vouched=("beta", "jane")))
    with pytest.raises(InvalidRequest):
        refused(world, other)


def test_what_was_taken_back_before_it_was_decided_is_no_strike(world: World) -> None:
    unfounded(world, 2)
    mine = files(world, 3)
    (upload,) = world.stack.uploads.get_many(mine.report.uploads)
    report(world, upload)
    withdraw_report(world.stack, mine.report.case_number, mine.secret)
    refused(world, mine)
    assert waiting(world) == []


def test_whoever_declared_a_conflict_in_one_of_the_cases_sees_nothing_of_it(world: World) -> None:
    filed = unfounded(world, 3)
    declare_conflict(world.stack, case_id=filed[0].cases[0].case_id, reviewer="cleo")
    (review,) = waiting(world)
    with pytest.raises(ConflictOfInterest):
        view_misuse(world.stack, review_id=review.review_id, reviewer="cleo")


@pytest.mark.law("EU6")
def test_what_was_weighed_is_on_record_and_counted(world: World) -> None:
    suspended(world)
    ledger = read_ledger(world.cloud)
    (sender,) = ledger.senders
    records = ledger.chains[f"reporter:{sender}"]
    assert [one.action for one in records] == ["reporter.warned", "misuse.opened", "misuse.decided"]
    weighed = records[-1].details
    assert (weighed["strikes"], weighed["reports"], weighed["intention"]) == (3, 3, "deliberate")
    world.count()
    counted = {name: by for (_, _, name), by in read_ledger(world.cloud).counters.items()}
    assert (counted["misuse:unfounded"], counted["suspended:notices"]) == (3, 1)
    assert "misuse:suspend" not in counted

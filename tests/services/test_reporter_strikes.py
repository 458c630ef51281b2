"""Reporters with repeated manifestly unfounded reports: a warning, a review, and deferral of their reports
for a time, without loss (EU6)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from staydown.domain.accounts.misuse import EndReason, Intention, MisuseOutcome, MisuseReview
from staydown.domain.cases.case import Case
from staydown.domain.cases.decisions import (
    ComplainantIsSubject,
    DecisionOutcome,
    Factors,
    SceneSetting,
    ShownContent,
)
from staydown.domain.errors import Conflict, ConflictOfInterest, InvalidRequest, SameReviewer
from staydown.domain.uploads.upload import UploadState
from staydown.notices.notice import NoticeKind, Recipient
from staydown.services.misuse.decide_misuse import MisuseJudgement, decide_misuse
from staydown.services.misuse.end_suspension import lift_suspension
from staydown.services.misuse.view_misuse import list_misuse_reviews, view_misuse
from staydown.services.reports.amend_report import withdraw_report
from staydown.services.reports.file_report import FiledReport
from staydown.services.reports.view_report import view_report
from staydown.services.review.decide_case import Judgement, decide_case
from staydown.services.review.review_queue import claim_next, recuse

from tests.support.actions import FORM, INCOMPLETE, file_dismissal_appeal, report, resolve_appeal
from tests.support.sample_images import drawn, drawn_hash
from tests.support.state_dump import dump_state
from tests.support.world import World

NOT_THEM = Factors(frozenset({ShownContent.NUDITY}), SceneSetting.PRIVATE, ComplainantIsSubject.NO)
SUSPEND = MisuseJudgement(MisuseOutcome.SUSPEND, Intention.DELIBERATE, "it continued", suspension_days=30)
WARN = MisuseJudgement(MisuseOutcome.WARN, Intention.CARELESS, "they may not know")
RITA = ("beta", "rita")


def file_report_as_rita(
    world: World, seed: int, *, vouched: tuple[str, str] | None = RITA, complete: bool = True
) -> FiledReport:
    """Publish an image and report it as rita, a verified account on beta."""
    form = replace(FORM if complete else INCOMPLETE, verified_account=vouched)
    filed = report(world, world.upload("alpha", f"poster-{seed}", drawn(seed)), form=form)
    world.drain()
    return filed


def dismiss(world: World, filed: FiledReport, reviewer: str = "ada", *, unfounded: bool = True) -> Case:
    judged = Judgement(
        DecisionOutcome.NOT_VIOLATING, NOT_THEM, "another person", manifestly_unfounded=unfounded
    )
    decided = decide_case(
        world.stack,
        case_id=filed.cases[0].case_id,
        reviewer=reviewer,
        judgement=judged,
        expected_revision=None,
    )
    world.drain()
    return decided


def file_unfounded_reports(
    world: World, times: int, *, first: int = 1, reviewer: str = "ada"
) -> list[FiledReport]:
    """File `count` unfounded reports by rita, an hour apart."""
    filed = []
    for number in range(times):
        world.clock.advance(hours=1)
        filed.append(file_report_as_rita(world, first + number))
        dismiss(world, filed[-1], reviewer)
    return filed


def pending_reviews(world: World) -> list[MisuseReview]:
    return list_misuse_reviews(world.stack, queue="misuse", after=None, limit=25)[0]


def decide(world: World, judgement: MisuseJudgement = SUSPEND, reviewer: str = "ben") -> MisuseReview:
    (review,) = pending_reviews(world)
    decided = decide_misuse(world.stack, review_id=review.review_id, reviewer=reviewer, judgement=judgement)
    world.drain()
    return decided


def suspended_reporter(world: World) -> tuple[list[FiledReport], MisuseReview]:
    filed = file_unfounded_reports(world, 3)
    return filed, decide(world)


def texts(world: World, filed: FiledReport) -> dict[NoticeKind, str]:
    notices = world.stack.notices.list_for(Recipient.reporter(filed.report.case_number))
    return {one.kind: "\n".join((one.title, *one.paragraphs)) for one in notices}


def next_case(world: World) -> Case | None:
    return claim_next(world.stack, reviewer="cleo")


@pytest.mark.law("EU6")
def test_first_strike_warns_and_third_opens_a_review(world: World) -> None:
    first, second = file_unfounded_reports(world, 2)
    assert "Please take this as a warning" in texts(world, first)[NoticeKind.DECISION]
    assert "If 3 reports from your account" in texts(world, second)[NoticeKind.DECISION]
    assert pending_reviews(world) == []
    file_unfounded_reports(world, 1, first=3)
    (review,) = pending_reviews(world)
    assert review.subject.is_reporter
    assert file_report_as_rita(world, 4).deferred_until is None


def test_anonymous_reporters_get_no_strikes(world: World) -> None:
    for seed in range(1, 6):
        filed = file_report_as_rita(world, seed, vouched=None)
        dismiss(world, filed)
    assert pending_reviews(world) == []
    assert dump_state(world.cloud).verified_reporters == {}
    assert "This has no other consequences" in texts(world, filed)[NoticeKind.DECISION]


@pytest.mark.law("EU6")
def test_impersonation_does_not_defer_the_reports_of_others(world: World) -> None:
    """Another account, or none, uses the same name, address and signature."""
    suspended_reporter(world)
    for seed, vouched in ((10, ("beta", "jane")), (11, ("alpha", "rita")), (12, None)):
        assert file_report_as_rita(world, seed, vouched=vouched).deferred_until is None


@pytest.mark.law("EU6")
def test_reviewer_sees_strikes_share_and_severity_but_no_name(world: World) -> None:
    file_report_as_rita(world, 9)
    file_unfounded_reports(world, 3)
    (review,) = pending_reviews(world)
    view = view_misuse(world.stack, review_id=review.review_id, reviewer="ben")
    assert (
        len(view.history.strikes),
        view.history.total,
        view.complainant_not_shown,
        view.hidden_uploads,
    ) == (3, 4, 3, 0)
    assert view.shown_counts == ((ShownContent.NUDITY, 3),)
    assert view.reoffended
    assert "rita" not in repr(view)
    assert "rita" not in repr(world.cloud.table(world.cloud.settings.cases_table))


@pytest.mark.law("EU6")
def test_suspension_needs_strikes_after_the_warning(world: World) -> None:
    filed = []
    for seed in (1, 2, 3):
        world.clock.advance(hours=1)
        filed.append(file_report_as_rita(world, seed))
    for one in filed:
        dismiss(world, one)
    with pytest.raises(Conflict):
        decide(world)
    decide(world, WARN)
    text = texts(world, filed[-1])[NoticeKind.REPORTS_WARNED]
    assert "you sent 3 reports from your account. Of these, 3 were found" in text
    assert file_report_as_rita(world, 4).deferred_until is None


@pytest.mark.law("EU6", "EU5")
def test_reviewer_of_one_unfounded_report_cannot_suspend(world: World) -> None:
    file_unfounded_reports(world, 2, reviewer="ada")
    file_unfounded_reports(world, 1, first=3, reviewer="ben")
    (review,) = pending_reviews(world)
    for reviewer in ("ada", "ben"):
        with pytest.raises(SameReviewer):
            decide(world, reviewer=reviewer)
        assert view_misuse(world.stack, review_id=review.review_id, reviewer=reviewer).decided_by_viewer
    assert decide(world, reviewer="cleo").is_suspension_active


@pytest.mark.law("EU6", "EU2")
def test_report_during_a_suspension_is_received_and_deferred(world: World) -> None:
    filed, review = suspended_reporter(world)
    assert review.decision is not None and review.decision.suspended_until is not None
    said = texts(world, filed[-1])[NoticeKind.REPORTS_SUSPENDED]
    assert (
        f"Reports from your account are deferred until {review.decision.suspended_until:%Y-%m-%d %H:%M UTC}"
        in said
    )
    assert "Of these, 3 were found" in said and "You were warned on" in said
    assert "appeal each of those decisions with its case number" in said
    incomplete = file_report_as_rita(world, 4, complete=False)
    assert incomplete.deferred_until == review.decision.suspended_until
    receipt = texts(world, incomplete)[NoticeKind.RECEIPT]
    assert "It is not lost" in receipt
    assert "a senior reviewer who did not decide on the deferral can lift it" in receipt
    followed = view_report(world.stack, incomplete.report.case_number, incomplete.secret)
    assert followed.deferred_until == review.decision.suspended_until
    assert next_case(world) is None


@pytest.mark.law("EU6", "US3", "UK1")
def test_deferral_never_outlasts_the_legal_deadline(world: World) -> None:
    """A valid report returns to the queue before its deadline, and its upload is hidden at the deadline."""
    suspended_reporter(world)
    filed = file_report_as_rita(world, 4)
    (case,) = filed.cases
    assert case.deadline is not None
    assert filed.deferred_until == case.deadline - world.cloud.settings.deadline_policy.warn_before
    assert next_case(world) is None
    world.clock.advance(hours=36)
    world.watch_deadlines()
    assert (found := next_case(world)) is not None and found.case_id == case.case_id
    world.clock.advance(hours=12)
    world.watch_deadlines()
    world.drain()
    (upload_id,) = case.uploads
    assert dump_state(world.cloud).uploads[upload_id].state is not UploadState.PUBLISHED


@pytest.mark.law("EU6")
def test_deferral_ends_by_itself_after_its_term(world: World) -> None:
    filed, _ = suspended_reporter(world)
    waits = file_report_as_rita(world, 4, complete=False)
    world.clock.advance(hours=24 * 30)
    assert (found := next_case(world)) is not None and found.case_id == waits.cases[0].case_id
    assert world.expire_suspensions() == 1
    world.drain()
    assert file_report_as_rita(world, 5).deferred_until is None
    assert "are handled as usual again" in texts(world, filed[-1])[NoticeKind.REPORTS_RESUMED]


def test_deferral_ends_when_another_reporter_reports_the_image(world: World) -> None:
    suspended_reporter(world)
    waits = file_report_as_rita(world, 4, complete=False)
    (upload,) = world.stack.uploads.get_many(waits.report.uploads)
    again = report(world, upload, form=replace(INCOMPLETE, verified_account=RITA))
    assert again.deferred_until is not None
    other = report(world, upload, form=INCOMPLETE)
    assert other.deferred_until is None
    assert (found := next_case(world)) is not None and found.case_id == waits.cases[0].case_id


def test_image_reported_first_by_others_is_not_deferred(world: World) -> None:
    suspended_reporter(world)
    other = file_report_as_rita(world, 4, vouched=None, complete=False)
    (upload,) = world.stack.uploads.get_many(other.report.uploads)
    assert report(world, upload, form=replace(INCOMPLETE, verified_account=RITA)).deferred_until is None
    assert next_case(world) is not None


def test_deferral_ends_when_an_upload_is_held_for_the_case(world: World) -> None:
    suspended_reporter(world)
    waits = report(world, hashes=[drawn_hash(30)], form=replace(INCOMPLETE, verified_account=RITA))
    world.drain()
    assert waits.deferred_until is not None and next_case(world) is None
    world.put("alpha", "carl", drawn(30))
    world.drain()
    assert (found := next_case(world)) is not None and found.case_id == waits.cases[0].case_id


@pytest.mark.promise(5)
@pytest.mark.law("EU6", "EU4")
def test_granted_appeal_ends_the_suspension_it_supported(world: World) -> None:
    filed, review = suspended_reporter(world)
    waits = file_report_as_rita(world, 4, complete=False)
    resolve_appeal(world, file_dismissal_appeal(world, filed[0]))
    world.drain()
    ended = world.stack.misuse_reviews.get(review.review_id)
    assert ended is not None and ended.end_reason is EndReason.UNSUPPORTED
    assert (found := next_case(world)) is not None and found.case_id == waits.cases[0].case_id
    assert NoticeKind.REPORTS_RESUMED in texts(world, filed[-1])


@pytest.mark.promise(5)
def test_pending_review_is_closed_when_its_strikes_are_reversed(world: World) -> None:
    filed = file_unfounded_reports(world, 3)
    resolve_appeal(world, file_dismissal_appeal(world, filed[1]))
    world.drain()
    assert pending_reviews(world) == []


def test_suspension_is_lifted_by_an_independent_senior(world: World) -> None:
    _, review = suspended_reporter(world)
    waits = file_report_as_rita(world, 4, complete=False)
    lift = {"review_id": review.review_id, "reasons": "they did not know"}
    with pytest.raises(SameReviewer):
        lift_suspension(world.stack, **lift, reviewer="ben")
    lift_suspension(world.stack, **lift, reviewer="noor")
    world.drain()
    assert (found := next_case(world)) is not None and found.case_id == waits.cases[0].case_id
    assert file_report_as_rita(world, 5).deferred_until is None


def test_report_is_a_strike_only_if_all_its_cases_are_unfounded(world: World) -> None:
    """One of the two images was dismissed as manifestly unfounded, the other was not."""
    file_unfounded_reports(world, 2)
    one, other = world.upload("alpha", "ann", drawn(20)), world.upload("alpha", "ann", drawn(21))
    both = report(world, one, other, form=replace(FORM, verified_account=RITA))
    dismiss(world, both)
    assert pending_reviews(world) == []
    dismiss(world, replace(both, cases=both.cases[1:]), unfounded=False)
    assert pending_reviews(world) == []


def test_image_reported_twice_is_one_strike_of_one_reporter(world: World) -> None:
    file_unfounded_reports(world, 2)
    last = file_report_as_rita(world, 3)
    (upload,) = world.stack.uploads.get_many(last.report.uploads)
    report(world, upload, form=replace(FORM, verified_account=RITA))
    dismiss(world, last)
    (review,) = pending_reviews(world)
    assert len(review.strikes) == 3
    other = file_report_as_rita(world, 4)
    (upload,) = world.stack.uploads.get_many(other.report.uploads)
    report(world, upload, form=replace(FORM, verified_account=("beta", "jane")))
    with pytest.raises(InvalidRequest):
        dismiss(world, other)


def test_report_withdrawn_before_the_decision_is_no_strike(world: World) -> None:
    file_unfounded_reports(world, 2)
    mine = file_report_as_rita(world, 3)
    (upload,) = world.stack.uploads.get_many(mine.report.uploads)
    report(world, upload)
    withdraw_report(world.stack, mine.report.case_number, mine.secret)
    dismiss(world, mine)
    assert pending_reviews(world) == []


def test_recused_reviewer_cannot_see_the_review(world: World) -> None:
    filed = file_unfounded_reports(world, 3)
    recuse(world.stack, case_id=filed[0].cases[0].case_id, reviewer="cleo")
    (review,) = pending_reviews(world)
    with pytest.raises(ConflictOfInterest):
        view_misuse(world.stack, review_id=review.review_id, reviewer="cleo")


@pytest.mark.law("EU6")
def test_considered_facts_are_on_record_and_counted(world: World) -> None:
    suspended_reporter(world)
    ledger = dump_state(world.cloud)
    (sender,) = ledger.verified_reporters
    records = ledger.chains[f"reporter:{sender}"]
    assert [one.action for one in records] == ["reporter.warned", "misuse.opened", "misuse.decided"]
    weighed = records[-1].details
    assert (weighed["strikes"], weighed["reports"], weighed["intention"]) == (3, 3, "deliberate")
    world.count_audit()
    counted = {name: by for (_, _, name), by in dump_state(world.cloud).counters.items()}
    assert (counted["misuse:unfounded"], counted["suspended:notices"]) == (3, 1)
    assert "misuse:suspend" not in counted

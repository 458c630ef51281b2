"""What its time is over for is erased, what anybody needs is not, and what was erased is on record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from staydown.aws import transaction
from staydown.aws.stack import Stack
from staydown.domain.appeals import AppealOutcome
from staydown.domain.cases import Case
from staydown.domain.decisions import Complainant, Factors, Outcome, Setting, Shown
from staydown.domain.errors import CaseIsLocked, Conflict, ConflictOfInterest, NotFound
from staydown.domain.retention import Keeps
from staydown.domain.uploads import Rest, Upload, UploadState
from staydown.services.records.read_audit import read_audit
from staydown.services.reports.amend_report import withdraw_report
from staydown.services.reports.file_report import FiledReport, ReportForm
from staydown.services.retention import apply_retention, erase_original
from staydown.services.retention.ask_erasure import ask_erasure, ask_erasure_as_reporter, list_wishes
from staydown.services.retention.hold_case import HoldReason, hold_case, preserve_report, release_case
from staydown.services.review.decide_case import Judgement, decide_case
from staydown.services.review.review_queue import declare_conflict

from tests.support.ledger import read_ledger
from tests.support.people import (
    FORM,
    INCOMPLETE,
    NOT_VIOLATING,
    answer,
    appeal,
    decide,
    judge,
    judged_story,
    report,
)
from tests.support.pictures import BROKEN, POISON, FunctionDied, drawn
from tests.support.world import World


def quarantined(world: World) -> set[str]:
    return set(world.cloud.objects()[world.cloud.settings.quarantine_bucket])


def reporters(world: World) -> set[str]:
    return {pk for pk, _ in world.cloud.table(world.cloud.settings.reporters_table)}


def after(world: World, **time: float) -> None:
    """Let time pass, with a run of the retention at its end."""
    world.clock.advance(**time)
    world.retain()
    world.drain()


def test_the_original_of_a_judged_image_goes_after_its_appeal_window_and_the_entry_stays(
    either_world: World,
) -> None:
    world = either_world
    story = judged_story(world, drawn(1))
    world.drain()
    after(world, days=190)
    assert quarantined(world) == {story.upload.upload_id}
    after(world, minutes=1)
    assert quarantined(world) == set()
    assert world.again(story.upload).state is UploadState.REMOVED
    assert world.upload("beta", "bob", drawn(1, flipped=3)).state is UploadState.BLOCKED
    chains = {one.chain: one for one in read_audit(world.stack, story.case.case_id)}
    last = chains[f"upload:{story.upload.upload_id}"].records[-1]
    assert (last.action, dict(last.details)) == ("image.erased", {"why": "retention"})


@pytest.mark.law("GD5")
def test_who_reported_goes_with_the_appeal_window_and_the_report_stays(world: World) -> None:
    story = judged_story(world, drawn(1))
    after(world, days=190)
    assert reporters(world) == {story.filed.report.case_number}
    after(world, minutes=1)
    assert reporters(world) == set()
    assert world.stack.cases.report(story.filed.report.case_number) is not None


def test_who_reported_stays_as_long_as_one_image_of_the_report_is_open(world: World) -> None:
    filed = report(world, world.upload("alpha", "ann", drawn(1)), world.upload("alpha", "ann", drawn(2)))
    first, second = (case.case_id for case in filed.cases)
    decide(world, first)
    after(world, days=200)
    assert reporters(world) == {filed.report.case_number}
    decide(world, second, NOT_VIOLATING)
    after(world, days=191)
    assert reporters(world) == set()


def test_an_open_appeal_keeps_what_its_reversal_needs(world: World) -> None:
    story = judged_story(world, drawn(1))
    stopped = world.upload("beta", "bob", drawn(1, flipped=3))
    world.clock.advance(days=183)
    filed = appeal(world, story.upload)
    after(world, days=30)
    after(world, days=30)
    assert len(quarantined(world)) == 2
    assert reporters(world)
    answer(world, filed)
    world.drain()
    assert world.again(story.upload).state is UploadState.PUBLISHED
    assert world.again(stopped).state is UploadState.PUBLISHED


def test_what_a_rejected_appeal_had_kept_goes_with_the_next_run(world: World) -> None:
    story = judged_story(world, drawn(1))
    world.clock.advance(days=183)
    filed = appeal(world, story.upload)
    after(world, days=30)
    answer(world, filed, AppealOutcome.REJECTED)
    after(world, hours=1)
    assert quarantined(world) == set()


def test_a_copy_that_an_entry_stopped_goes_too_but_not_before_its_case_can_be_appealed_no_more(
    world: World,
) -> None:
    judged_story(world, drawn(1))
    world.drain()
    copy = world.upload("beta", "bob", drawn(1, flipped=3))
    after(world, days=191)
    assert quarantined(world) == set()
    assert world.again(copy).state is UploadState.BLOCKED


def test_what_was_never_scanned_goes_when_nobody_works_on_it_and_is_counted_once(world: World) -> None:
    message = world.put("alpha", "ann", POISON)
    world.queue.remove(message)
    with pytest.raises(FunctionDied):
        world.scan(replace(message, attempt=world.cloud.settings.scan_attempts))
    (held,) = read_ledger(world.cloud).uploads.values()
    filed = report(world, held)
    world.clock.advance(days=191)
    assert not world.retain()["originals"]
    assert world.again(held).rest is Rest.KEPT_BACK, "it takes nobody's place"
    withdraw_report(world.stack, filed.report.case_number, filed.secret)
    assert world.retain()["originals"] == 1
    assert world.again(held).image_gone
    assert not world.cloud.objects()[world.cloud.settings.uploads_bucket]
    assert not world.retain()["originals"]


def test_a_public_copy_that_outlived_its_removal_goes_with_the_image(world: World) -> None:
    story = judged_story(world, drawn(1))
    world.drain()
    left = {"Bucket": world.cloud.settings.published_bucket, "Key": story.upload.public_key}
    world.stack.s3.put_object(**left, Body=drawn(1))
    after(world, days=191)
    assert not world.cloud.objects()[world.cloud.settings.published_bucket]


@pytest.mark.parametrize("image", [BROKEN, drawn(1)])
def test_a_rejected_file_goes_with_its_record(world: World, image: bytes) -> None:
    blocked = judged_story(world, drawn(9)).upload
    world.drain()
    rejected = world.upload(blocked.platform, blocked.account_id, image)
    assert rejected.state is UploadState.REJECTED
    after(world, days=30)
    assert world.stack.uploads.get(rejected.upload_id) is not None
    after(world, minutes=1)
    assert world.stack.uploads.get(rejected.upload_id) is None
    assert rejected.key not in world.cloud.objects()[world.cloud.settings.uploads_bucket]
    (record,) = read_ledger(world.cloud).chains["retention"]
    assert record.action == "upload.erased"
    assert rejected.upload_id not in str(record)


def test_what_is_published_is_left_alone_for_years(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    for _ in range(12):
        after(world, days=365)
    assert world.again(upload).state is UploadState.PUBLISHED
    assert upload.public_key in world.cloud.objects()[world.cloud.settings.published_bucket]


def test_a_held_image_waits_for_its_reviewer_whatever_the_time(world: World) -> None:
    judged_story(world, drawn(1))
    world.drain()
    held = world.upload("beta", "bob", drawn(1, flipped=40))
    after(world, days=1000)
    assert world.again(held).state is UploadState.HELD
    (case_id,) = world.again(held).cases
    decide(world, case_id, NOT_VIOLATING)
    world.drain()
    assert world.again(held).state is UploadState.PUBLISHED


@pytest.mark.law("CHILD", "GD5")
def test_suspected_child_is_kept_locked_for_a_year_and_then_the_image_goes(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    filed = report(world, upload)
    case_id = filed.cases[0].case_id
    decide(world, case_id, Outcome.SUSPECTED_CHILD)
    world.drain()
    with pytest.raises(CaseIsLocked):
        ask_erasure(world.stack, case_id, by="sue")
    after(world, days=365)
    assert quarantined(world) == {upload.upload_id}
    assert reporters(world)
    after(world, minutes=1)
    assert quarantined(world) == set()
    assert reporters(world) == set()


@pytest.mark.law("GD5")
def test_who_is_shown_has_the_image_erased_and_it_still_does_not_come_back(world: World) -> None:
    story = judged_story(world, drawn(1))
    world.drain()
    ask_erasure_as_reporter(world.stack, story.filed.report.case_number, story.filed.secret)
    assert quarantined(world)
    after(world, minutes=1)
    assert quarantined(world) == set()
    assert world.upload("beta", "bob", drawn(1)).state is UploadState.BLOCKED


def test_an_upheld_appeal_of_what_was_erased_takes_back_all_but_the_image(world: World) -> None:
    story = judged_story(world, drawn(1))
    copy = world.upload("beta", "bob", drawn(1, flipped=3))
    world.drain()
    ask_erasure(world.stack, story.case.case_id, by="sue")
    after(world, minutes=1)
    answer(world, appeal(world, story.upload))
    world.drain()
    assert (world.again(story.upload).state, world.again(story.upload).reason) == (
        UploadState.REJECTED,
        "image_gone",
    )
    assert world.again(copy).state is UploadState.PUBLISHED
    assert not world.stack.accounts.get("alpha", "ann").blocked


def test_who_was_not_found_to_be_shown_erases_nothing(world: World) -> None:
    filed = report(world, world.upload("alpha", "ann", drawn(1)))
    factors = Factors(frozenset({Shown.NUDITY}), Setting.PRIVATE, Complainant.UNCLEAR)
    decide_case(
        world.stack,
        case_id=filed.cases[0].case_id,
        reviewer="ada",
        judgement=Judgement(Outcome.VIOLATING, factors, "as seen"),
        expected_revision=None,
    )
    with pytest.raises(Conflict):
        ask_erasure_as_reporter(world.stack, filed.report.case_number, filed.secret)
    with pytest.raises(NotFound):
        ask_erasure_as_reporter(world.stack, filed.report.case_number, "another secret")


def joined_story(world: World, form: ReportForm = FORM) -> tuple[FiledReport, FiledReport]:
    """Two people report one image, and who is shown is found to be one of them."""
    upload = world.upload("alpha", "ann", drawn(1))
    first, second = report(world, upload), report(world, upload, form=form)
    return first, second


def erase(world: World, filed: FiledReport) -> None:
    ask_erasure_as_reporter(world.stack, filed.report.case_number, filed.secret)


def preserve(world: World, filed: FiledReport) -> None:
    preserve_report(world.stack, filed.report.case_number, filed.secret)


@pytest.mark.parametrize("withdraws", [False, True])
def test_what_others_have_reported_too_is_not_erased_at_the_word_of_one_of_them(
    world: World, withdraws: bool
) -> None:
    """Else who posted it reports it as well, and has it gone before the police or an appeal need it."""
    victim, poster = joined_story(world)
    (case,) = poster.cases
    decide(world, case.case_id)
    world.drain()
    if withdraws:
        withdraw_report(world.stack, victim.report.case_number, victim.secret)
    for _ in range(2):
        erase(world, poster)
    after(world, minutes=1)
    assert quarantined(world)
    waiting, _ = list_wishes(world.stack, after=None, limit=10)
    assert [one.case_id for one in waiting] == [case.case_id]
    ask_erasure(world.stack, case.case_id, by="sue")
    assert list_wishes(world.stack, after=None, limit=10) == ([], None)
    after(world, minutes=1)
    assert not quarantined(world)


def test_a_wish_that_nobody_answers_keeps_nothing_beyond_its_time(world: World) -> None:
    _, poster = joined_story(world)
    decide(world, poster.cases[0].case_id)
    erase(world, poster)
    after(world, days=191)
    assert (quarantined(world), reporters(world)) == (set(), set())
    assert list_wishes(world.stack, after=None, limit=10) == ([], None)
    after(world, days=2200)
    assert world.stack.cases.case(poster.cases[0].case_id) is None


def test_a_report_that_was_withdrawn_before_the_decision_keeps_nobody_s_wish_waiting(world: World) -> None:
    victim, other = joined_story(world)
    withdraw_report(world.stack, other.report.case_number, other.secret)
    world.clock.advance(minutes=1)
    decide(world, victim.cases[0].case_id)
    world.drain()
    erase(world, victim)
    after(world, minutes=1)
    assert not quarantined(world)


@pytest.mark.parametrize("ask", [erase, preserve])
def test_nothing_is_asked_by_a_report_that_is_not_complete_or_was_withdrawn(
    world: World, ask: Callable[[World, FiledReport], None]
) -> None:
    victim, other = joined_story(world, INCOMPLETE)
    decide(world, victim.cases[0].case_id)
    with pytest.raises(Conflict, match="not complete"):
        ask(world, other)
    withdraw_report(world.stack, other.report.case_number, other.secret)
    with pytest.raises(Conflict, match="withdrawn"):
        ask(world, other)
    (case,) = read_ledger(world.cloud).cases.values()
    assert (case.hold, case.erasure_asked_at, case.erasure_wished_at) == (None, None, None)


def test_who_declared_a_conflict_of_interest_neither_holds_nor_releases_nor_erases(world: World) -> None:
    case_id = judged_story(world, drawn(1)).case.case_id
    declare_conflict(world.stack, case_id=case_id, reviewer="sue")
    with pytest.raises(ConflictOfInterest):
        ask_erasure(world.stack, case_id, by="sue")
    with pytest.raises(ConflictOfInterest):
        hold_case(world.stack, case_id, by="sue", reason=HoldReason.COURT)
    hold_case(world.stack, case_id, by="noor", reason=HoldReason.COURT)
    release_case(world.stack, case_id, by="noor")
    with pytest.raises(ConflictOfInterest):
        release_case(world.stack, case_id, by="sue")


def test_what_an_appeal_needs_is_not_erased_on_request(world: World) -> None:
    story = judged_story(world, drawn(1))
    filed = appeal(world, story.upload)
    with pytest.raises(Conflict):
        ask_erasure(world.stack, story.case.case_id, by="sue")
    answer(world, filed, AppealOutcome.REJECTED)
    ask_erasure(world.stack, story.case.case_id, by="sue")
    # Asked for, and then the police wants it: the hold wins.
    hold_case(world.stack, story.case.case_id, by="sue", reason=HoldReason.POLICE)
    after(world, minutes=1)
    assert quarantined(world)
    release_case(world.stack, story.case.case_id, by="sue")
    release_case(world.stack, story.case.case_id, by="noor")
    after(world, minutes=1)
    assert quarantined(world) == set()


def test_a_hold_beats_every_time_and_two_different_people_release_it(world: World) -> None:
    story = judged_story(world, drawn(1))
    case_id = story.case.case_id
    world.drain()
    preserve_report(world.stack, story.filed.report.case_number, story.filed.secret)
    for _ in range(8):
        after(world, days=365)
    assert quarantined(world) == {story.upload.upload_id}
    assert reporters(world)
    with pytest.raises(Conflict):
        ask_erasure(world.stack, case_id, by="sue")
    assert release_case(world.stack, case_id, by="sue").hold is not None
    assert release_case(world.stack, case_id, by="sue").hold is not None
    assert release_case(world.stack, case_id, by="noor").hold is None
    after(world, hours=1)
    assert quarantined(world) == set()


def test_a_hold_that_is_asked_for_again_takes_back_that_its_release_was_asked(world: World) -> None:
    case_id = judged_story(world, drawn(1)).case.case_id
    hold_case(world.stack, case_id, by="sue", reason=HoldReason.COURT)
    release_case(world.stack, case_id, by="sue")
    again = hold_case(world.stack, case_id, by="reporter", reason=HoldReason.POLICE)
    assert again.hold is not None and again.hold.release_asked_by == "sue", "who reported takes nothing back"
    again = hold_case(world.stack, case_id, by="ada", reason=HoldReason.POLICE)
    assert again.hold is not None
    assert (again.hold.reason, again.hold.release_asked_by) == ("court", None)
    assert release_case(world.stack, case_id, by="noor").hold is not None


def test_a_hold_keeps_the_copies_that_its_entries_stopped(world: World) -> None:
    story = judged_story(world, drawn(1))
    copy = world.upload("beta", "bob", drawn(1, flipped=3))
    hold_case(world.stack, story.case.case_id, by="sue", reason=HoldReason.COURT)
    after(world, days=400)
    assert quarantined(world) == {story.upload.upload_id, copy.upload_id}


@pytest.mark.law("GD5")
def test_years_later_nothing_is_left_of_a_case_but_its_entry_and_a_line_that_says_so(world: World) -> None:
    story = judged_story(world, drawn(1))
    answer(world, appeal(world, story.upload), AppealOutcome.REJECTED)
    world.drain()
    world.count()
    digest = world.stack.cases.case(story.case.case_id)
    assert digest is not None
    for _ in range(6):
        after(world, days=365)
    assert world.stack.cases.case(story.case.case_id) is not None
    after(world, days=10)
    ledger = read_ledger(world.cloud)
    assert (ledger.cases, ledger.reports, ledger.appeals, ledger.uploads) == ({}, {}, {}, {})
    assert set(ledger.chains) == {"retention"}
    record = ledger.chains["retention"][-1]
    assert record.action == "case.erased"
    assert set(record.details) == {"was", "records", "digest"}
    everything = str([world.cloud.table(name) for name in world.cloud.table_names])
    for private in ("Jane Roe", "jane@example.org", "that is me", "it is a beach", story.upload.key):
        assert private not in everything, private
    assert not world.stack.accounts.get("alpha", "ann").blocked
    assert world.upload("beta", "bob", drawn(1, flipped=3)).state is UploadState.BLOCKED


def test_years_later_the_record_of_what_the_bank_alone_had_stopped_goes_too(world: World) -> None:
    judged_story(world, drawn(1))
    world.drain()
    copy = world.upload("beta", "bob", drawn(1, flipped=3))
    for _ in range(6):
        after(world, days=365)
    assert world.again(copy).image_gone
    after(world, days=3)
    assert world.stack.uploads.get(copy.upload_id) is None


def test_years_later_a_published_image_has_forgotten_the_case_that_acquitted_it(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    judge(world, upload, outcome=NOT_VIOLATING)
    for _ in range(8):
        after(world, days=300)
    assert world.again(upload).cases == ()
    assert world.again(upload).state is UploadState.PUBLISHED


def test_a_case_is_counted_in_no_state_once_it_is_erased(world: World) -> None:
    judged_story(world, drawn(1))
    world.count()
    for _ in range(8):
        after(world, days=300)
    world.count()
    assert world.stack.figures.now().get("cases", {}) == {}


def test_what_is_kept_back_takes_nobodys_place(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply_retention, "A_RUN", 1)
    held = judged_story(world, drawn(1), account="ann")
    hold_case(world.stack, held.case.case_id, by="sue", reason=HoldReason.COURT)
    judged_story(world, drawn(2), account="eve")
    judged_story(world, drawn(3), account="bob")
    world.drain()
    after(world, days=191)
    assert len(quarantined(world)) == 2
    after(world, hours=1)
    assert quarantined(world) == {held.upload.upload_id}
    assert reporters(world) == {held.filed.report.case_number}


WAITS: dict[str, Callable[[World, Upload, str], object]] = {
    "held": lambda world, upload, case_id: hold_case(world.stack, case_id, by="sue", reason=HoldReason.COURT),
    "appealed": appeal,
}


@pytest.mark.parametrize("how", WAITS)
def test_what_waits_is_there_after_years(world: World, how: str) -> None:
    story = judged_story(world, drawn(1))
    WAITS[how](world, story.upload, story.case.case_id)
    for _ in range(10):
        after(world, days=365)
    ledger = read_ledger(world.cloud)
    assert story.case.case_id in ledger.cases
    assert quarantined(world) == {story.upload.upload_id}
    assert reporters(world)


def test_the_times_are_the_templates(world: World) -> None:
    rules = world.cloud.settings.retention
    assert rules.original > rules.appeal_window
    assert rules.locked >= timedelta(days=365)
    assert replace(rules).case > rules.original


@pytest.fixture
def few_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two cases stand for ninety, and a transaction takes as many fewer."""
    room = transaction.MAX_WRITES - erase_original.MOST_CHECKED
    monkeypatch.setattr(erase_original, "MOST_CHECKED", 2)
    monkeypatch.setattr(transaction, "MAX_WRITES", room + 2)


def judged_again_and_again(world: World) -> tuple[Upload, list[str]]:
    """An upload and its four cases, all of them over for long."""
    story = judged_story(world, drawn(1))
    cases = [story.case.case_id]
    for _ in range(3):
        (again,) = report(world, story.upload).cases
        cases.append(decide(world, again.case_id).case_id)
    world.drain()
    world.clock.advance(days=191)
    return world.again(story.upload), cases


@pytest.mark.usefixtures("few_checked")
def test_an_image_of_more_cases_than_a_transaction_takes_goes_in_its_time(world: World) -> None:
    upload, _ = judged_again_and_again(world)
    assert erase_original.erase_original(world.stack, upload.upload_id, why="retention").done
    assert quarantined(world) == set()


@pytest.mark.usefixtures("few_checked")
@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("held_before", [False, True])
def test_a_hold_at_the_moment_of_the_erasure_is_seen_among_any_number_of_cases(
    world: World, place: int, held_before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = judged_story(world, drawn(2), account="olga")
    upload, cases = judged_again_and_again(world)
    if held_before:
        hold_case(world.stack, other.case.case_id, by="sue", reason=HoldReason.COURT)
    concerned = erase_original._concerned

    def then_hold(stack: Stack, upload: Upload) -> list[Case]:
        found = concerned(stack, upload)
        hold_case(world.stack, cases[place], by="sue", reason=HoldReason.COURT)
        return found

    monkeypatch.setattr(erase_original, "_concerned", then_hold)
    erased = erase_original.erase_original(world.stack, upload.upload_id, why="retention")
    assert (erased.done, erased.kept) == (False, Keeps.HOLD)
    assert upload.upload_id in quarantined(world)

"""Expired data is erased, data that is still needed is kept, and each erasure is recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from staydown.aws import transaction
from staydown.aws.stack import Stack
from staydown.domain.audit.actors import REPORTER, Actor
from staydown.domain.cases.appeals import AppealOutcome
from staydown.domain.cases.case import Case
from staydown.domain.cases.decisions import (
    ComplainantIsSubject,
    DecisionOutcome,
    Factors,
    SceneSetting,
    ShownContent,
)
from staydown.domain.cases.retention import RetentionBlocker
from staydown.domain.errors import CaseIsLocked, Conflict, ConflictOfInterest, NotFound
from staydown.domain.uploads.upload import ErasureQueue, Upload, UploadState
from staydown.services.records.read_audit import read_case_audit
from staydown.services.reports.amend_report import withdraw_report
from staydown.services.reports.file_report import FiledReport, ReportForm
from staydown.services.retention import apply_retention, erase_original
from staydown.services.retention.legal_hold import (
    LegalHoldReason,
    place_legal_hold,
    preserve_reported_cases,
    release_legal_hold,
)
from staydown.services.retention.request_erasure import (
    list_erasure_proposals,
    request_erasure,
    request_erasure_as_reporter,
)
from staydown.services.review.decide_case import Judgement, decide_case
from staydown.services.review.review_queue import recuse

from tests.support.actions import (
    FORM,
    INCOMPLETE,
    NOT_VIOLATING,
    appeal_case,
    decide,
    enforced_story,
    report,
    report_and_decide,
    resolve_appeal,
)
from tests.support.sample_images import CRASHING_IMAGE, NOT_AN_IMAGE, FunctionDied, drawn
from tests.support.state_dump import dump_state
from tests.support.world import World


def quarantined(world: World) -> set[str]:
    return set(world.cloud.objects()[world.cloud.settings.quarantine_bucket])


def reporters(world: World) -> set[str]:
    return {pk for pk, _ in world.cloud.table(world.cloud.settings.reporters_table)}


def advance_and_retain(world: World, **time: float) -> None:
    """Advance the clock and run the retention."""
    world.clock.advance(**time)
    world.apply_retention()
    world.drain()


def test_original_is_erased_after_the_appeal_window(
    either_world: World,
) -> None:
    world = either_world
    story = enforced_story(world, drawn(1))
    world.drain()
    advance_and_retain(world, days=190)
    assert quarantined(world) == {story.upload.upload_id}
    advance_and_retain(world, minutes=1)
    assert quarantined(world) == set()
    assert world.reload(story.upload).state is UploadState.REMOVED
    assert world.upload("beta", "bob", drawn(1, flipped=3)).state is UploadState.BLOCKED
    chains = {one.chain: one for one in read_case_audit(world.stack, story.case.case_id)}
    last = chains[f"upload:{story.upload.upload_id}"].records[-1]
    assert (last.action, dict(last.details)) == ("image.erased", {"why": "retention"})


@pytest.mark.law("GD5")
def test_reporter_identity_is_erased_after_the_appeal_window(world: World) -> None:
    story = enforced_story(world, drawn(1))
    advance_and_retain(world, days=190)
    assert reporters(world) == {story.filed.report.case_number}
    advance_and_retain(world, minutes=1)
    assert reporters(world) == set()
    assert world.stack.cases.get_report(story.filed.report.case_number) is not None


def test_reporter_identity_stays_while_one_case_is_open(world: World) -> None:
    filed = report(world, world.upload("alpha", "ann", drawn(1)), world.upload("alpha", "ann", drawn(2)))
    first, second = (case.case_id for case in filed.cases)
    decide(world, first)
    advance_and_retain(world, days=200)
    assert reporters(world) == {filed.report.case_number}
    decide(world, second, NOT_VIOLATING)
    advance_and_retain(world, days=191)
    assert reporters(world) == set()


def test_open_appeal_preserves_what_its_reversal_needs(world: World) -> None:
    story = enforced_story(world, drawn(1))
    stopped = world.upload("beta", "bob", drawn(1, flipped=3))
    world.clock.advance(days=183)
    filed = appeal_case(world, story.upload)
    advance_and_retain(world, days=30)
    advance_and_retain(world, days=30)
    assert len(quarantined(world)) == 2
    assert reporters(world)
    resolve_appeal(world, filed)
    world.drain()
    assert world.reload(story.upload).state is UploadState.PUBLISHED
    assert world.reload(stopped).state is UploadState.PUBLISHED


def test_denied_appeal_lets_the_next_run_erase_the_image(world: World) -> None:
    story = enforced_story(world, drawn(1))
    world.clock.advance(days=183)
    filed = appeal_case(world, story.upload)
    advance_and_retain(world, days=30)
    resolve_appeal(world, filed, AppealOutcome.DENIED)
    advance_and_retain(world, hours=1)
    assert quarantined(world) == set()


def test_blocked_copy_is_erased_after_the_appeal_window(
    world: World,
) -> None:
    enforced_story(world, drawn(1))
    world.drain()
    copy = world.upload("beta", "bob", drawn(1, flipped=3))
    advance_and_retain(world, days=191)
    assert quarantined(world) == set()
    assert world.reload(copy).state is UploadState.BLOCKED


def test_unscanned_file_is_erased_once_no_review_needs_it(world: World) -> None:
    message = world.put("alpha", "ann", CRASHING_IMAGE)
    world.queue.remove(message)
    with pytest.raises(FunctionDied):
        world.scan(replace(message, attempt=world.cloud.settings.scan_attempts))
    (held,) = dump_state(world.cloud).uploads.values()
    filed = report(world, held)
    world.clock.advance(days=191)
    assert not world.apply_retention()["originals"]
    assert world.reload(held).erasure_queue is ErasureQueue.DEFERRED, (
        "the deferred upload must not stay in the erasure queue"
    )
    withdraw_report(world.stack, filed.report.case_number, filed.secret)
    assert world.apply_retention()["originals"] == 1
    assert world.reload(held).image_deleted
    assert not world.cloud.objects()[world.cloud.settings.uploads_bucket]
    assert not world.apply_retention()["originals"]


def test_stale_public_copy_is_erased_with_the_image(world: World) -> None:
    story = enforced_story(world, drawn(1))
    world.drain()
    left = {"Bucket": world.cloud.settings.published_bucket, "Key": story.upload.public_key}
    world.stack.s3.put_object(**left, Body=drawn(1))
    advance_and_retain(world, days=191)
    assert not world.cloud.objects()[world.cloud.settings.published_bucket]


@pytest.mark.parametrize("image", [NOT_AN_IMAGE, drawn(1)])
def test_rejected_file_is_erased_with_its_record(world: World, image: bytes) -> None:
    blocked = enforced_story(world, drawn(9)).upload
    world.drain()
    rejected = world.upload(blocked.platform, blocked.account_id, image)
    assert rejected.state is UploadState.REJECTED
    advance_and_retain(world, days=30)
    assert world.stack.uploads.get(rejected.upload_id) is not None
    advance_and_retain(world, minutes=1)
    assert world.stack.uploads.get(rejected.upload_id) is None
    assert rejected.key not in world.cloud.objects()[world.cloud.settings.uploads_bucket]
    (record,) = dump_state(world.cloud).chains["retention"]
    assert record.action == "upload.erased"
    assert rejected.upload_id not in str(record)


def test_published_image_is_never_erased(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    for _ in range(12):
        advance_and_retain(world, days=365)
    assert world.reload(upload).state is UploadState.PUBLISHED
    assert upload.public_key in world.cloud.objects()[world.cloud.settings.published_bucket]


def test_held_image_waits_for_its_reviewer_without_limit(world: World) -> None:
    enforced_story(world, drawn(1))
    world.drain()
    held = world.upload("beta", "bob", drawn(1, flipped=40))
    advance_and_retain(world, days=1000)
    assert world.reload(held).state is UploadState.HELD
    (case_id,) = world.reload(held).cases
    decide(world, case_id, NOT_VIOLATING)
    world.drain()
    assert world.reload(held).state is UploadState.PUBLISHED


@pytest.mark.law("CHILD", "GD5")
def test_suspected_child_image_is_erased_after_a_locked_year(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    filed = report(world, upload)
    case_id = filed.cases[0].case_id
    decide(world, case_id, DecisionOutcome.SUSPECTED_CHILD)
    world.drain()
    with pytest.raises(CaseIsLocked):
        request_erasure(world.stack, case_id, actor=Actor.reviewer("sue"))
    advance_and_retain(world, days=365)
    assert quarantined(world) == {upload.upload_id}
    assert reporters(world)
    advance_and_retain(world, minutes=1)
    assert quarantined(world) == set()
    assert reporters(world) == set()


@pytest.mark.law("GD5")
def test_erased_image_is_still_blocked(world: World) -> None:
    story = enforced_story(world, drawn(1))
    world.drain()
    request_erasure_as_reporter(world.stack, story.filed.report.case_number, story.filed.secret)
    assert quarantined(world)
    advance_and_retain(world, minutes=1)
    assert quarantined(world) == set()
    assert world.upload("beta", "bob", drawn(1)).state is UploadState.BLOCKED


def test_granted_appeal_of_an_erased_image_restores_all_else(world: World) -> None:
    story = enforced_story(world, drawn(1))
    copy = world.upload("beta", "bob", drawn(1, flipped=3))
    world.drain()
    request_erasure(world.stack, story.case.case_id, actor=Actor.reviewer("sue"))
    advance_and_retain(world, minutes=1)
    resolve_appeal(world, appeal_case(world, story.upload))
    world.drain()
    assert (world.reload(story.upload).state, world.reload(story.upload).reason) == (
        UploadState.REJECTED,
        "image_gone",
    )
    assert world.reload(copy).state is UploadState.PUBLISHED
    assert not world.stack.accounts.get("alpha", "ann").blocked


def test_reporter_not_found_to_be_shown_cannot_erase(world: World) -> None:
    filed = report(world, world.upload("alpha", "ann", drawn(1)))
    factors = Factors(frozenset({ShownContent.NUDITY}), SceneSetting.PRIVATE, ComplainantIsSubject.UNCLEAR)
    decide_case(
        world.stack,
        case_id=filed.cases[0].case_id,
        reviewer="ada",
        judgement=Judgement(DecisionOutcome.VIOLATING, factors, "as seen"),
        expected_revision=None,
    )
    with pytest.raises(Conflict):
        request_erasure_as_reporter(world.stack, filed.report.case_number, filed.secret)
    with pytest.raises(NotFound):
        request_erasure_as_reporter(world.stack, filed.report.case_number, "another secret")


def case_of_two_reporters(world: World, form: ReportForm = FORM) -> tuple[FiledReport, FiledReport]:
    """A case with two reporters, one of whom is the person shown."""
    upload = world.upload("alpha", "ann", drawn(1))
    first, second = report(world, upload), report(world, upload, form=form)
    return first, second


def erase(world: World, filed: FiledReport) -> None:
    request_erasure_as_reporter(world.stack, filed.report.case_number, filed.secret)


def preserve(world: World, filed: FiledReport) -> None:
    preserve_reported_cases(world.stack, filed.report.case_number, filed.secret)


@pytest.mark.parametrize("withdraws", [False, True])
def test_erasure_of_a_shared_case_needs_a_senior(world: World, withdraws: bool) -> None:
    """Otherwise the account holder could report the image too and have the evidence erased."""
    victim, poster = case_of_two_reporters(world)
    (case,) = poster.cases
    decide(world, case.case_id)
    world.drain()
    if withdraws:
        withdraw_report(world.stack, victim.report.case_number, victim.secret)
    for _ in range(2):
        erase(world, poster)
    advance_and_retain(world, minutes=1)
    assert quarantined(world)
    waiting, _ = list_erasure_proposals(world.stack, after=None, limit=10)
    assert [one.case_id for one in waiting] == [case.case_id]
    request_erasure(world.stack, case.case_id, actor=Actor.reviewer("sue"))
    assert list_erasure_proposals(world.stack, after=None, limit=10) == ([], None)
    advance_and_retain(world, minutes=1)
    assert not quarantined(world)


def test_unanswered_erasure_proposal_delays_no_retention(world: World) -> None:
    _, poster = case_of_two_reporters(world)
    decide(world, poster.cases[0].case_id)
    erase(world, poster)
    advance_and_retain(world, days=191)
    assert (quarantined(world), reporters(world)) == (set(), set())
    assert list_erasure_proposals(world.stack, after=None, limit=10) == ([], None)
    advance_and_retain(world, days=2200)
    assert world.stack.cases.get_case(poster.cases[0].case_id) is None


def test_early_withdrawn_report_does_not_delay_the_erasure(world: World) -> None:
    victim, other = case_of_two_reporters(world)
    withdraw_report(world.stack, other.report.case_number, other.secret)
    world.clock.advance(minutes=1)
    decide(world, victim.cases[0].case_id)
    world.drain()
    erase(world, victim)
    advance_and_retain(world, minutes=1)
    assert not quarantined(world)


@pytest.mark.parametrize("ask", [erase, preserve])
def test_incomplete_or_withdrawn_report_cannot_request_erasure(
    world: World, ask: Callable[[World, FiledReport], None]
) -> None:
    victim, other = case_of_two_reporters(world, INCOMPLETE)
    decide(world, victim.cases[0].case_id)
    with pytest.raises(Conflict, match="not complete"):
        ask(world, other)
    withdraw_report(world.stack, other.report.case_number, other.secret)
    with pytest.raises(Conflict, match="withdrawn"):
        ask(world, other)
    (case,) = dump_state(world.cloud).cases.values()
    assert (case.legal_hold, case.erasure_requested_at, case.erasure_proposed_at) == (None, None, None)


def test_recused_reviewer_cannot_hold_release_or_erase(world: World) -> None:
    case_id = enforced_story(world, drawn(1)).case.case_id
    recuse(world.stack, case_id=case_id, reviewer="sue")
    with pytest.raises(ConflictOfInterest):
        request_erasure(world.stack, case_id, actor=Actor.reviewer("sue"))
    with pytest.raises(ConflictOfInterest):
        place_legal_hold(world.stack, case_id, actor=Actor.reviewer("sue"), reason=LegalHoldReason.COURT)
    place_legal_hold(world.stack, case_id, actor=Actor.reviewer("noor"), reason=LegalHoldReason.COURT)
    release_legal_hold(world.stack, case_id, actor=Actor.reviewer("noor"))
    with pytest.raises(ConflictOfInterest):
        release_legal_hold(world.stack, case_id, actor=Actor.reviewer("sue"))


def test_image_needed_by_an_appeal_is_not_erased_on_request(world: World) -> None:
    story = enforced_story(world, drawn(1))
    filed = appeal_case(world, story.upload)
    with pytest.raises(Conflict):
        request_erasure(world.stack, story.case.case_id, actor=Actor.reviewer("sue"))
    resolve_appeal(world, filed, AppealOutcome.DENIED)
    request_erasure(world.stack, story.case.case_id, actor=Actor.reviewer("sue"))
    # A legal hold wins over an earlier request to erase.
    place_legal_hold(
        world.stack, story.case.case_id, actor=Actor.reviewer("sue"), reason=LegalHoldReason.POLICE
    )
    advance_and_retain(world, minutes=1)
    assert quarantined(world)
    release_legal_hold(world.stack, story.case.case_id, actor=Actor.reviewer("sue"))
    release_legal_hold(world.stack, story.case.case_id, actor=Actor.reviewer("noor"))
    advance_and_retain(world, minutes=1)
    assert quarantined(world) == set()


def test_legal_hold_overrides_retention_until_two_people_release(world: World) -> None:
    story = enforced_story(world, drawn(1))
    case_id = story.case.case_id
    world.drain()
    preserve_reported_cases(world.stack, story.filed.report.case_number, story.filed.secret)
    for _ in range(8):
        advance_and_retain(world, days=365)
    assert quarantined(world) == {story.upload.upload_id}
    assert reporters(world)
    with pytest.raises(Conflict):
        request_erasure(world.stack, case_id, actor=Actor.reviewer("sue"))
    assert release_legal_hold(world.stack, case_id, actor=Actor.reviewer("sue")).legal_hold is not None
    assert release_legal_hold(world.stack, case_id, actor=Actor.reviewer("sue")).legal_hold is not None
    assert release_legal_hold(world.stack, case_id, actor=Actor.reviewer("noor")).legal_hold is None
    advance_and_retain(world, hours=1)
    assert quarantined(world) == set()


def test_repeated_legal_hold_cancels_its_release_request(world: World) -> None:
    case_id = enforced_story(world, drawn(1)).case.case_id
    place_legal_hold(world.stack, case_id, actor=Actor.reviewer("sue"), reason=LegalHoldReason.COURT)
    release_legal_hold(world.stack, case_id, actor=Actor.reviewer("sue"))
    again = place_legal_hold(world.stack, case_id, actor=REPORTER, reason=LegalHoldReason.POLICE)
    assert again.legal_hold is not None and again.legal_hold.release_requested_by == "sue", (
        "a reporter cancelled the release request"
    )
    again = place_legal_hold(world.stack, case_id, actor=Actor.reviewer("ada"), reason=LegalHoldReason.POLICE)
    assert again.legal_hold is not None
    assert (again.legal_hold.reason, again.legal_hold.release_requested_by) == ("court", None)
    assert release_legal_hold(world.stack, case_id, actor=Actor.reviewer("noor")).legal_hold is not None


def test_legal_hold_preserves_copies_stopped_by_its_entries(world: World) -> None:
    story = enforced_story(world, drawn(1))
    copy = world.upload("beta", "bob", drawn(1, flipped=3))
    place_legal_hold(
        world.stack, story.case.case_id, actor=Actor.reviewer("sue"), reason=LegalHoldReason.COURT
    )
    advance_and_retain(world, days=400)
    assert quarantined(world) == {story.upload.upload_id, copy.upload_id}


@pytest.mark.law("GD5")
def test_expired_case_leaves_only_entry_and_erasure_record(world: World) -> None:
    story = enforced_story(world, drawn(1))
    resolve_appeal(world, appeal_case(world, story.upload), AppealOutcome.DENIED)
    world.drain()
    world.count_audit()
    digest = world.stack.cases.get_case(story.case.case_id)
    assert digest is not None
    for _ in range(6):
        advance_and_retain(world, days=365)
    assert world.stack.cases.get_case(story.case.case_id) is not None
    advance_and_retain(world, days=10)
    ledger = dump_state(world.cloud)
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


def test_record_of_a_copy_stopped_by_the_bank_expires(world: World) -> None:
    enforced_story(world, drawn(1))
    world.drain()
    copy = world.upload("beta", "bob", drawn(1, flipped=3))
    for _ in range(6):
        advance_and_retain(world, days=365)
    assert world.reload(copy).image_deleted
    advance_and_retain(world, days=3)
    assert world.stack.uploads.get(copy.upload_id) is None


def test_published_image_forgets_its_expired_dismissed_case(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    report_and_decide(world, upload, outcome=NOT_VIOLATING)
    for _ in range(8):
        advance_and_retain(world, days=300)
    assert world.reload(upload).cases == ()
    assert world.reload(upload).state is UploadState.PUBLISHED


def test_erased_case_is_counted_in_no_state(world: World) -> None:
    enforced_story(world, drawn(1))
    world.count_audit()
    for _ in range(8):
        advance_and_retain(world, days=300)
    world.count_audit()
    assert world.stack.metrics.current_counters().get("cases", {}) == {}


def test_deferred_erasure_takes_no_place_in_the_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply_retention, "MAX_ERASURES_PER_RUN", 1)
    held = enforced_story(world, drawn(1), account="ann")
    place_legal_hold(
        world.stack, held.case.case_id, actor=Actor.reviewer("sue"), reason=LegalHoldReason.COURT
    )
    enforced_story(world, drawn(2), account="eve")
    enforced_story(world, drawn(3), account="bob")
    world.drain()
    advance_and_retain(world, days=191)
    assert len(quarantined(world)) == 2
    advance_and_retain(world, hours=1)
    assert quarantined(world) == {held.upload.upload_id}
    assert reporters(world) == {held.filed.report.case_number}


BLOCKERS: dict[str, Callable[[World, Upload, str], object]] = {
    "held": lambda world, upload, case_id: place_legal_hold(
        world.stack, case_id, actor=Actor.reviewer("sue"), reason=LegalHoldReason.COURT
    ),
    "appealed": appeal_case,
}


@pytest.mark.parametrize("how", BLOCKERS)
def test_pending_case_is_preserved_for_years(world: World, how: str) -> None:
    story = enforced_story(world, drawn(1))
    BLOCKERS[how](world, story.upload, story.case.case_id)
    for _ in range(10):
        advance_and_retain(world, days=365)
    ledger = dump_state(world.cloud)
    assert story.case.case_id in ledger.cases
    assert quarantined(world) == {story.upload.upload_id}
    assert reporters(world)


def test_retention_periods_are_those_of_the_template(world: World) -> None:
    rules = world.cloud.settings.retention
    assert rules.original > rules.appeal_window
    assert rules.locked >= timedelta(days=365)
    assert replace(rules).case > rules.original


@pytest.fixture
def few_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lower the limits: two cases stand for ninety, and transactions take correspondingly fewer writes."""
    room = transaction.MAX_WRITES - erase_original.MAX_VERSION_CHECKS
    monkeypatch.setattr(erase_original, "MAX_VERSION_CHECKS", 2)
    monkeypatch.setattr(transaction, "MAX_WRITES", room + 2)


def upload_with_four_cases(world: World) -> tuple[Upload, list[str]]:
    """An upload with four expired cases."""
    story = enforced_story(world, drawn(1))
    cases = [story.case.case_id]
    for _ in range(3):
        (again,) = report(world, story.upload).cases
        cases.append(decide(world, again.case_id).case_id)
    world.drain()
    world.clock.advance(days=191)
    return world.reload(story.upload), cases


@pytest.mark.usefixtures("few_checked")
def test_image_with_many_cases_is_erased_in_time(world: World) -> None:
    upload, _ = upload_with_four_cases(world)
    assert erase_original.erase_original(world.stack, upload.upload_id, reason="retention").erased
    assert quarantined(world) == set()


@pytest.mark.usefixtures("few_checked")
@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("held_before", [False, True])
def test_legal_hold_during_an_erasure_is_seen_in_any_case(
    world: World, place: int, held_before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = enforced_story(world, drawn(2), account="olga")
    upload, cases = upload_with_four_cases(world)
    if held_before:
        place_legal_hold(
            world.stack, other.case.case_id, actor=Actor.reviewer("sue"), reason=LegalHoldReason.COURT
        )
    concerned = erase_original._affected_cases

    def then_hold(stack: Stack, upload: Upload) -> list[Case]:
        found = concerned(stack, upload)
        place_legal_hold(world.stack, cases[place], actor=Actor.reviewer("sue"), reason=LegalHoldReason.COURT)
        return found

    monkeypatch.setattr(erase_original, "_affected_cases", then_hold)
    erased = erase_original.erase_original(world.stack, upload.upload_id, reason="retention")
    assert (erased.erased, erased.blocker) == (False, RetentionBlocker.LEGAL_HOLD)
    assert upload.upload_id in quarantined(world)

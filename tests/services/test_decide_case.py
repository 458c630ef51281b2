"""A decision and its effects are committed together."""

from __future__ import annotations

from dataclasses import replace

import pytest
from staydown.domain.bank.entry import Standing, SupportSource
from staydown.domain.cases.case import MAX_CASE_UPLOADS
from staydown.domain.cases.decisions import DecisionOutcome, SceneSetting
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import (
    AlreadyDecided,
    CaseIsLocked,
    ClaimedByAnother,
    Conflict,
    NotFound,
    StaleVersion,
)
from staydown.domain.uploads.stops import StopReason
from staydown.domain.uploads.upload import Upload, UploadState
from staydown.notices.notice import NoticeKind, Recipient
from staydown.services.reports.amend_report import ReportUpdate, complete_report
from staydown.services.reports.file_report import FiledReport
from staydown.services.review.decide_case import Judgement, decide_case
from staydown.services.review.review_queue import claim_case

from tests.support.actions import (
    FACTORS,
    NOT_VIOLATING,
    appeal_case,
    decide,
    enforced_story,
    grant_case_appeal,
    report,
    report_and_decide,
    resolve_appeal,
)
from tests.support.botocore_hooks import Answer, Call, Watcher
from tests.support.sample_images import NOT_AN_IMAGE, drawn, drawn_hash
from tests.support.state_dump import dump_state
from tests.support.world import World

STOPPED = {UploadState.BLOCKED, UploadState.REMOVED}


@pytest.mark.promise(2)
def test_every_scan_after_the_decision_blocks_the_image(world: World) -> None:
    """Repeat a hundred times: decide, then scan a copy at once."""
    for number in range(100):
        enforced_story(world, drawn(number), account=f"ann{number}")
        copy = world.upload("beta", "bob", drawn(number, flipped=number % 32))
        assert copy.state is UploadState.BLOCKED
        assert not world.cloud.objects()[world.cloud.settings.published_bucket].get(copy.public_key)


@pytest.mark.promise(2)
def test_decided_image_is_removed_when_the_call_returns(either_world: World) -> None:
    world = either_world
    story = enforced_story(world, drawn(1))
    assert world.reload(story.upload).state is UploadState.REMOVED
    objects = world.cloud.objects()
    assert not objects[world.cloud.settings.published_bucket]
    assert list(objects[world.cloud.settings.quarantine_bucket]) == [story.upload.upload_id]
    assert world.cloud.invalidated_paths() == [f"/{story.upload.public_key}"]


@pytest.mark.promise(3)
def test_published_copies_are_swept(either_world: World) -> None:
    world = either_world
    copies = [world.upload("beta", "bob", drawn(1, flipped=bits)) for bits in (5, 31)]
    near, other = world.upload("beta", "cat", drawn(1, flipped=45)), world.upload("beta", "dan", drawn(2))
    enforced_story(world, drawn(1))
    world.drain()
    assert {world.reload(copy).state for copy in copies} == {UploadState.REMOVED}
    assert world.reload(near).state is UploadState.PUBLISHED
    assert len(world.reload(near).cases) == 1
    assert world.reload(other).cases == ()


@pytest.mark.promise(4)
def test_match_is_blocked_automatically_without_account_block(world: World) -> None:
    enforced_story(world, drawn(1))
    copy = world.upload("beta", "bob", drawn(1, flipped=31))
    assert (copy.state, copy.reason, copy.cases) == (
        UploadState.BLOCKED,
        StopReason.MATCHES_CONFIRMED_ENTRY,
        (),
    )
    assert not world.stack.accounts.get("beta", "bob").blocked


@pytest.mark.promise(4)
def test_near_match_is_held_for_review(world: World) -> None:
    enforced_story(world, drawn(1))
    near = [world.upload("beta", "bob", drawn(1, flipped=bits)) for bits in (32, 47)]
    assert {upload.state for upload in near} == {UploadState.HELD}
    assert world.upload("beta", "bob", drawn(1, flipped=48)).state is UploadState.PUBLISHED
    assert not world.stack.accounts.get("beta", "bob").blocked


@pytest.mark.promise(1)
def test_held_upload_is_published_only_after_a_dismissal(world: World) -> None:
    enforced_story(world, drawn(1))
    near = world.upload("beta", "bob", drawn(1, flipped=40))
    decide(world, near.cases[0], NOT_VIOLATING, reviewer="ben")
    world.drain()
    assert world.reload(near).state is UploadState.PUBLISHED


def test_dismissed_match_is_not_reviewed_again(world: World) -> None:
    story = enforced_story(world, drawn(1))
    near = world.upload("beta", "bob", drawn(1, flipped=40))
    decide(world, near.cases[0], NOT_VIOLATING, reviewer="ben")
    world.drain()
    report_and_decide(world, world.reload(story.upload), reviewer="cleo")
    world.drain()
    assert world.reload(near).state is UploadState.PUBLISHED


def test_dismissal_rejects_the_claim_that_held_the_upload(world: World) -> None:
    filed = report(world, hashes=[drawn_hash(1)])
    held = world.upload("alpha", "ann", drawn(1, flipped=3))
    decide(world, filed.cases[0].case_id, NOT_VIOLATING)
    world.drain()
    assert world.reload(held).state is UploadState.PUBLISHED
    assert world.upload("beta", "bob", drawn(1)).state is UploadState.PUBLISHED


def test_enforcement_confirms_the_claim_and_banks_the_image(world: World) -> None:
    filed = report(world, hashes=[drawn_hash(1)])
    world.upload("alpha", "ann", drawn(1, flipped=20))
    case = decide(world, filed.cases[0].case_id)
    entries = dump_state(world.cloud).entries
    assert {entries[entry_id].standing for entry_id in case.banked_entries} == {Standing.CONFIRMED}
    assert len(case.banked_entries) == 2
    assert {s.source for e in entries.values() for s in e.supports} == {
        SupportSource.CASE,
        SupportSource.REPORT,
    }


def test_case_without_an_image_cannot_be_decided(world: World) -> None:
    filed = report(world, hashes=[drawn_hash(1)])
    with pytest.raises(Conflict, match="no readable image"):
        decide(world, filed.cases[0].case_id)
    broken = report(world, world.upload("alpha", "ann", NOT_AN_IMAGE))
    with pytest.raises(Conflict, match="no readable image"):
        decide(world, broken.cases[0].case_id)


def test_suspected_child_stops_everything_and_locks_the_case(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    case = report_and_decide(world, upload, outcome=DecisionOutcome.SUSPECTED_CHILD)
    assert case.state is CaseState.LOCKED
    assert world.reload(upload).reason == StopReason.JUDGED_VIOLATING
    assert world.upload("beta", "bob", drawn(1)).state is UploadState.BLOCKED
    with pytest.raises(CaseIsLocked):
        decide(world, case.case_id, NOT_VIOLATING)


@pytest.mark.promise(7)
def test_same_decision_twice_is_recorded_once(world: World) -> None:
    story = enforced_story(world, drawn(1))
    world.drain()
    before = world.cloud.tables()
    again = decide(world, story.case.case_id)
    assert again.decision == story.case.decision
    world.drain()
    assert world.cloud.tables() == before
    with pytest.raises(AlreadyDecided):
        decide(world, story.case.case_id, reasons="otherwise")


@pytest.mark.promise(7)
def test_repeated_information_request_is_made_once(world: World) -> None:
    """The repeated request may arrive after the reporter has answered; it must not ask again."""
    filed = report(world, world.upload("alpha", "ann", drawn(1)))
    case_id = filed.cases[0].case_id
    first = decide(world, case_id, DecisionOutcome.NEEDS_INFORMATION)
    assert decide(world, case_id, DecisionOutcome.NEEDS_INFORMATION).version == first.version + 1
    world.drain()
    assert len(world.events_of_type("case.decided")) == 1


def test_decision_on_a_stale_version_is_rejected(world: World) -> None:
    filed = report(world, world.upload("alpha", "ann", drawn(1)))
    (case,) = filed.cases
    complete_report(world.stack, filed.report.case_number, filed.secret, ReportUpdate(statement="more"))
    with pytest.raises(StaleVersion) as refused:
        decide(world, case.case_id, revision=case.revision)
    assert refused.value.extra["revision"] == case.revision + 1
    assert decide(world, case.case_id, revision=case.revision + 1).state is CaseState.DECIDED


def test_only_the_lease_holder_decides(world: World) -> None:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    claim_case(world.stack, case_id=case_id, reviewer="ben")
    with pytest.raises(ClaimedByAnother):
        decide(world, case_id, reviewer="ada")
    world.clock.advance(minutes=30)
    decided = decide(world, case_id, reviewer="ada")
    assert decided.participants == {"ada", "ben"}


def test_unknown_case_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        decide(world, "nothing")


def test_largest_case_is_decided_and_reversed_in_one_transaction(world: World) -> None:
    """The case has the maximum number of uploads, accounts and claims."""
    hashes = [drawn_hash(1, flipped=bits) for bits in range(12)]
    for pdq in hashes:
        report(world, hashes=[pdq])
    uploads = [
        world.upload("alpha", f"a{number}", drawn(1, flipped=number, copy=7)) for number in range(12, 24)
    ]
    (case_id,) = {uploads[0].cases[0]}
    for pdq in hashes:
        report(world, hashes=[pdq])
    world.cloud.limits.most_writes = 0
    case = decide(world, case_id)
    assert len(case.uploads) == MAX_CASE_UPLOADS
    decided = world.cloud.limits.most_writes
    resolve_appeal(world, appeal_case(world, uploads[0], case_id))
    world.drain()
    assert decided <= world.cloud.limits.most_writes <= 100


class PublicImageWatcher(Watcher):
    """Checks the public objects before each AWS call."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.seen: set[str] = set()

    def before(self, call: Call) -> Answer | None:
        objects = self._world.cloud.objects()
        self.seen |= set(objects[self._world.cloud.settings.published_bucket])
        return None


@pytest.mark.promise(1)
def test_blocked_copy_is_never_public(world: World) -> None:
    enforced_story(world, drawn(1))
    world.drain()
    around = PublicImageWatcher(world)
    with world.cloud.wire.watched_by(around):
        world.put("beta", "bob", drawn(1, flipped=3))
        world.put("beta", "bob", drawn(1, flipped=40))
        world.drain()
    assert around.seen == set()


@pytest.mark.law("US7", "UK3")
def test_factors_of_a_decision_survive_its_reversal(world: World) -> None:
    """The factors include a public setting, which alone decides nothing."""
    story = enforced_story(world, drawn(1))
    factors = replace(FACTORS, setting=SceneSetting.PUBLIC)
    other = report(world, world.upload("alpha", "eve", drawn(2)))
    decide_case(
        world.stack,
        case_id=other.cases[0].case_id,
        reviewer="ada",
        judgement=Judgement(DecisionOutcome.VIOLATING, factors, "as the report says"),
        expected_revision=None,
    )
    grant_case_appeal(world, story.upload, story.case)
    kept = [one.decision for one in dump_state(world.cloud).cases.values()]
    assert {(one.factors.setting, one.reasons) for one in kept if one} == {
        (SceneSetting.PRIVATE, "as seen"),
        (SceneSetting.PUBLIC, "as the report says"),
    }


class LateReporter(Watcher):
    """Files a second report of the upload just before the decision reads its case."""

    def __init__(self, world: World, upload: Upload) -> None:
        self._world = world
        self._upload = upload
        self.filed: FiledReport | None = None
        self._busy = False

    def before(self, call: Call) -> Answer | None:
        if self.filed is None and not self._busy and call.operation == "GetItem":
            self._busy = True
            self._world.clock.advance(seconds=1)
            self.filed = report(self._world, self._upload)
        return None


def test_every_reporter_in_the_decided_case_is_notified(world: World) -> None:
    """The decision is later than every report that its case had, whenever the report came."""
    upload = world.upload("alpha", "ann", drawn(1))
    first = report(world, upload)
    late = LateReporter(world, upload)
    with world.cloud.wire.watched_by(late):
        case = decide(world, first.cases[0].case_id)
    world.drain()
    assert late.filed is not None
    assert late.filed.report.case_number in case.reports
    for filed in (first, late.filed):
        recipient = Recipient.reporter(filed.report.case_number)
        assert NoticeKind.DECISION in {notice.kind for notice in world.stack.notices.list_for(recipient)}

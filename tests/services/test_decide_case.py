"""A reviewer decides, and all that follows from it happens with the decision or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from staydown.domain.bank import Source, Standing
from staydown.domain.case_states import CaseState
from staydown.domain.cases import MAX_UPLOADS
from staydown.domain.decisions import Outcome, Setting
from staydown.domain.errors import (
    AlreadyDecided,
    CaseIsLocked,
    ClaimedByAnother,
    Conflict,
    NotFound,
    StaleVersion,
)
from staydown.domain.stops import Reason
from staydown.domain.uploads import UploadState
from staydown.services.reports.amend_report import Information, complete_report
from staydown.services.review.decide_case import Judgement, decide_case
from staydown.services.review.review_queue import claim_case

from tests.support.ledger import read_ledger
from tests.support.people import (
    FACTORS,
    NOT_VIOLATING,
    answer,
    appeal,
    decide,
    judge,
    judged_story,
    report,
    reverse,
)
from tests.support.pictures import BROKEN, drawn, drawn_hash
from tests.support.wire import Answer, Call, Watcher
from tests.support.world import World

STOPPED = {UploadState.BLOCKED, UploadState.REMOVED}


def test_promise_2_at_once_every_scan_after_the_decision_blocks_the_image(world: World) -> None:
    """A hundred times: decided, and the very next thing is a copy."""
    for number in range(100):
        judged_story(world, drawn(number), account=f"ann{number}")
        copy = world.upload("beta", "bob", drawn(number, flipped=number % 32))
        assert copy.state is UploadState.BLOCKED
        assert not world.cloud.objects()[world.cloud.settings.published_bucket].get(copy.public_key)


def test_promise_2_the_decided_image_is_gone_when_the_call_returns(either_world: World) -> None:
    world = either_world
    story = judged_story(world, drawn(1))
    assert world.again(story.upload).state is UploadState.REMOVED
    objects = world.cloud.objects()
    assert not objects[world.cloud.settings.published_bucket]
    assert list(objects[world.cloud.settings.quarantine_bucket]) == [story.upload.upload_id]
    assert world.cloud.invalidated() == [f"/{story.upload.public_key}"]


def test_promise_3_copies_that_are_up_are_swept(either_world: World) -> None:
    world = either_world
    copies = [world.upload("beta", "bob", drawn(1, flipped=bits)) for bits in (5, 31)]
    near, other = world.upload("beta", "cat", drawn(1, flipped=45)), world.upload("beta", "dan", drawn(2))
    judged_story(world, drawn(1))
    world.drain()
    assert {world.again(copy).state for copy in copies} == {UploadState.REMOVED}
    assert world.again(near).state is UploadState.PUBLISHED
    assert len(world.again(near).cases) == 1
    assert world.again(other).cases == ()


def test_promise_4_a_match_is_blocked_with_nobody_looking_and_blocks_no_account(world: World) -> None:
    judged_story(world, drawn(1))
    copy = world.upload("beta", "bob", drawn(1, flipped=31))
    assert (copy.state, copy.reason, copy.cases) == (
        UploadState.BLOCKED,
        Reason.MATCHES_CONFIRMED_ENTRY,
        (),
    )
    assert not world.stack.accounts.get("beta", "bob").blocked


def test_promise_4_a_near_match_is_held_and_brought_to_a_reviewer(world: World) -> None:
    judged_story(world, drawn(1))
    near = [world.upload("beta", "bob", drawn(1, flipped=bits)) for bits in (32, 47)]
    assert {upload.state for upload in near} == {UploadState.HELD}
    assert world.upload("beta", "bob", drawn(1, flipped=48)).state is UploadState.PUBLISHED
    assert not world.stack.accounts.get("beta", "bob").blocked


def test_promise_1_what_waits_for_a_reviewer_is_public_only_when_one_let_it_go(world: World) -> None:
    judged_story(world, drawn(1))
    near = world.upload("beta", "bob", drawn(1, flipped=40))
    decide(world, near.cases[0], NOT_VIOLATING, reviewer="ben")
    world.drain()
    assert world.again(near).state is UploadState.PUBLISHED


def test_what_a_reviewer_let_go_is_not_brought_back_for_the_same_match(world: World) -> None:
    story = judged_story(world, drawn(1))
    near = world.upload("beta", "bob", drawn(1, flipped=40))
    decide(world, near.cases[0], NOT_VIOLATING, reviewer="ben")
    world.drain()
    judge(world, world.again(story.upload), reviewer="cleo")
    world.drain()
    assert world.again(near).state is UploadState.PUBLISHED


def test_not_violating_refuses_the_claim_that_had_held_it(world: World) -> None:
    filed = report(world, hashes=[drawn_hash(1)])
    held = world.upload("alpha", "ann", drawn(1, flipped=3))
    decide(world, filed.cases[0].case_id, NOT_VIOLATING)
    world.drain()
    assert world.again(held).state is UploadState.PUBLISHED
    assert world.upload("beta", "bob", drawn(1)).state is UploadState.PUBLISHED


def test_violating_confirms_the_claim_and_banks_what_was_looked_at(world: World) -> None:
    filed = report(world, hashes=[drawn_hash(1)])
    world.upload("alpha", "ann", drawn(1, flipped=20))
    case = decide(world, filed.cases[0].case_id)
    entries = read_ledger(world.cloud).entries
    assert {entries[entry_id].standing for entry_id in case.banked} == {Standing.CONFIRMED}
    assert len(case.banked) == 2
    assert {s.source for e in entries.values() for s in e.supports} == {Source.CASE, Source.REPORT}


def test_a_case_without_an_image_can_not_be_judged_yet(world: World) -> None:
    filed = report(world, hashes=[drawn_hash(1)])
    with pytest.raises(Conflict, match="no image"):
        decide(world, filed.cases[0].case_id)
    broken = report(world, world.upload("alpha", "ann", BROKEN))
    with pytest.raises(Conflict, match="no image"):
        decide(world, broken.cases[0].case_id)


def test_suspected_child_stops_everything_and_locks_the_case(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    case = judge(world, upload, outcome=Outcome.SUSPECTED_CHILD)
    assert case.state is CaseState.LOCKED
    assert world.again(upload).reason == Reason.JUDGED_VIOLATING
    assert world.upload("beta", "bob", drawn(1)).state is UploadState.BLOCKED
    with pytest.raises(CaseIsLocked):
        decide(world, case.case_id, NOT_VIOLATING)


def test_promise_7_the_same_decision_told_twice_is_one(world: World) -> None:
    story = judged_story(world, drawn(1))
    world.drain()
    before = world.cloud.tables()
    again = decide(world, story.case.case_id)
    assert again.decision == story.case.decision
    world.drain()
    assert world.cloud.tables() == before
    with pytest.raises(AlreadyDecided):
        decide(world, story.case.case_id, reasons="otherwise")


def test_promise_7_asking_for_information_told_twice_is_asking_once(world: World) -> None:
    """The second time may come when the answer is there already: it must not be asked for again."""
    filed = report(world, world.upload("alpha", "ann", drawn(1)))
    case_id = filed.cases[0].case_id
    first = decide(world, case_id, Outcome.NEEDS_INFORMATION)
    assert decide(world, case_id, Outcome.NEEDS_INFORMATION).version == first.version + 1
    world.drain()
    assert len(world.told_of("case.decided")) == 1


def test_a_decision_on_what_changed_meanwhile_is_refused(world: World) -> None:
    filed = report(world, world.upload("alpha", "ann", drawn(1)))
    (case,) = filed.cases
    complete_report(world.stack, filed.report.case_number, filed.secret, Information(statement="more"))
    with pytest.raises(StaleVersion) as refused:
        decide(world, case.case_id, revision=case.revision)
    assert refused.value.extra["revision"] == case.revision + 1
    assert decide(world, case.case_id, revision=case.revision + 1).state is CaseState.DECIDED


def test_whoever_holds_the_lease_decides(world: World) -> None:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    claim_case(world.stack, case_id=case_id, reviewer="ben")
    with pytest.raises(ClaimedByAnother):
        decide(world, case_id, reviewer="ada")
    world.clock.advance(minutes=30)
    decided = decide(world, case_id, reviewer="ada")
    assert decided.involved == {"ada", "ben"}


def test_an_unknown_case_is_not_there(world: World) -> None:
    with pytest.raises(NotFound):
        decide(world, "nothing")


def test_the_largest_case_is_decided_and_reversed_each_in_one_transaction(world: World) -> None:
    """As many uploads, accounts and claims as a case has room for, all different."""
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
    assert len(case.uploads) == MAX_UPLOADS
    decided = world.cloud.limits.most_writes
    answer(world, appeal(world, uploads[0], case_id))
    world.drain()
    assert decided <= world.cloud.limits.most_writes <= 100


class LooksAround(Watcher):
    """Looks, before each call to AWS, at what is public."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.seen: set[str] = set()

    def before(self, call: Call) -> Answer | None:
        objects = self._world.cloud.objects()
        self.seen |= set(objects[self._world.cloud.settings.published_bucket])
        return None


def test_promise_1_a_blocked_copy_is_never_public_not_even_for_a_moment(world: World) -> None:
    judged_story(world, drawn(1))
    world.drain()
    around = LooksAround(world)
    with world.cloud.wire.watched_by(around):
        world.put("beta", "bob", drawn(1, flipped=3))
        world.put("beta", "bob", drawn(1, flipped=40))
        world.drain()
    assert around.seen == set()


@pytest.mark.law("US7", "UK3")
def test_the_facts_a_decision_relied_on_are_kept_even_when_it_is_taken_back(world: World) -> None:
    """The setting among them: public, and it decides nothing by itself."""
    story = judged_story(world, drawn(1))
    factors = replace(FACTORS, setting=Setting.PUBLIC)
    other = report(world, world.upload("alpha", "eve", drawn(2)))
    decide_case(
        world.stack,
        case_id=other.cases[0].case_id,
        reviewer="ada",
        judgement=Judgement(Outcome.VIOLATING, factors, "as the report says"),
        expected_revision=None,
    )
    reverse(world, story.upload, story.case)
    kept = [one.decision for one in read_ledger(world.cloud).cases.values()]
    assert {(one.factors.setting, one.reasons) for one in kept if one} == {
        (Setting.PRIVATE, "as seen"),
        (Setting.PUBLIC, "as the report says"),
    }

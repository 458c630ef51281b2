"""A granted appeal reverses exactly what its case did, and an independent reviewer decides it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from staydown.domain.bank.entry import Standing
from staydown.domain.cases.appeals import AppealOutcome
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import (
    AlreadyDecided,
    ConcurrentChange,
    Conflict,
    InvalidRequest,
    NotFound,
    SameReviewer,
)
from staydown.domain.uploads.upload import UploadState
from staydown.services.accounts import block_account
from staydown.services.appeals import decide_appeal as deciding
from staydown.services.appeals.decide_appeal import appeals_visible_to, decide_appeal, list_appeals
from staydown.services.review.review_queue import recuse
from staydown.services.review.view_case import require_may_reveal

from tests.support.actions import (
    FACTORS,
    NOT_VIOLATING,
    appeal_case,
    decide,
    enforced_story,
    file_dismissal_appeal,
    grant_case_appeal,
    report,
    report_and_decide,
    resolve_appeal,
)
from tests.support.botocore_hooks import Answer, Call, Watcher
from tests.support.sample_images import drawn, drawn_hash
from tests.support.state_dump import dump_state
from tests.support.world import World, moto_world

STOPPED = {UploadState.BLOCKED, UploadState.REMOVED}


@pytest.mark.promise(5)
@pytest.mark.law("EU5")
def test_granted_appeal_restores_the_image_and_the_account(either_world: World) -> None:
    world = either_world
    story = enforced_story(world, drawn(1))
    world.drain()
    assert world.reload(story.upload).state is UploadState.REMOVED
    grant_case_appeal(world, story.upload, story.case)
    world.drain()
    assert world.reload(story.upload).state is UploadState.PUBLISHED
    assert not world.stack.accounts.get("alpha", "ann").blocked
    assert {e.standing for e in dump_state(world.cloud).entries.values()} == {Standing.INACTIVE}
    assert world.upload("beta", "bob", drawn(1, copy=1)).state is UploadState.PUBLISHED


@pytest.mark.promise(5)
def test_granted_appeal_releases_copies_matched_by_its_entries(world: World) -> None:
    story = enforced_story(world, drawn(1))
    copies = [world.upload("beta", "bob", drawn(1, flipped=bits)) for bits in (1, 20, 31)]
    assert {copy.state for copy in copies} == {UploadState.BLOCKED}
    grant_case_appeal(world, story.upload, story.case)
    world.drain()
    assert {world.reload(copy).state for copy in copies} == {UploadState.PUBLISHED}


@pytest.mark.promise(5)
def test_granted_appeal_releases_held_near_matches(world: World) -> None:
    story = enforced_story(world, drawn(1))
    near = world.upload("beta", "bob", drawn(1, flipped=40))
    assert near.state is UploadState.HELD
    grant_case_appeal(world, story.upload, story.case)
    world.drain()
    assert world.reload(near).state is UploadState.PUBLISHED
    assert dump_state(world.cloud).cases[near.cases[0]].state is CaseState.WITHDRAWN


@pytest.mark.promise(5)
def test_case_with_its_own_report_survives_a_granted_appeal(world: World) -> None:
    story = enforced_story(world, drawn(1))
    near = world.upload("beta", "bob", drawn(1, flipped=40))
    filed = report(world, near)
    assert filed.cases[0].case_id == near.cases[0]
    grant_case_appeal(world, story.upload, story.case)
    world.drain()
    assert world.reload(near).state is UploadState.PUBLISHED
    case = dump_state(world.cloud).cases[near.cases[0]]
    assert (case.state, case.uploads) == (CaseState.OPEN, (near.upload_id,))


@pytest.mark.promise(5)
def test_image_judged_by_another_case_stays_stopped(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    first = report_and_decide(world, upload)
    second = report_and_decide(world, upload, reviewer="ben")
    world.drain()
    grant_case_appeal(world, upload, first)
    world.drain()
    assert world.reload(upload).state is UploadState.REMOVED
    assert world.stack.accounts.get("alpha", "ann").blocks.keys() == {second.case_id}
    assert world.upload("beta", "bob", drawn(1, flipped=2)).state is UploadState.BLOCKED
    grant_case_appeal(world, upload, second)
    world.drain()
    assert world.reload(upload).state is UploadState.PUBLISHED


@pytest.mark.promise(5)
def test_manual_block_survives_a_granted_appeal(world: World) -> None:
    story = enforced_story(world, drawn(1))
    block_account(world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue")
    grant_case_appeal(world, story.upload, story.case)
    assert world.stack.accounts.get("alpha", "ann").blocks.keys() == {"manual"}


@pytest.mark.promise(5)
def test_claim_behind_the_decision_is_reversed_with_it(world: World) -> None:
    """Otherwise uploads released from the entry would be held again for the same claim."""
    filed = report(world, hashes=[drawn_hash(1)])
    held = world.upload("alpha", "ann", drawn(1, flipped=3))
    case = decide(world, filed.cases[0].case_id)
    copy = world.upload("beta", "bob", drawn(1, flipped=6))
    world.drain()
    grant_case_appeal(world, held, case)
    world.drain()
    assert {e.standing for e in dump_state(world.cloud).entries.values()} == {Standing.INACTIVE}
    assert {world.reload(one).state for one in (held, copy)} == {UploadState.PUBLISHED}


@pytest.mark.promise(5)
def test_claim_not_yet_judged_survives_a_granted_appeal(world: World) -> None:
    story = enforced_story(world, drawn(1))
    report(world, hashes=[drawn_hash(1)])
    copy = world.upload("beta", "bob", drawn(1, copy=1))
    assert copy.state is UploadState.BLOCKED
    grant_case_appeal(world, story.upload, story.case)
    world.drain()
    assert world.reload(copy).state is UploadState.HELD
    assert {e.standing for e in dump_state(world.cloud).entries.values()} == {Standing.UNVERIFIED}


def test_restored_image_can_be_judged_again(world: World) -> None:
    story = enforced_story(world, drawn(1))
    for _ in range(3):
        grant_case_appeal(world, story.upload, world.reload(story.upload).cases[-1])
        world.drain()
        assert world.reload(story.upload).state is UploadState.PUBLISHED
        report_and_decide(world, world.reload(story.upload))
        world.drain()
        assert world.reload(story.upload).state is UploadState.REMOVED


def test_denied_appeal_changes_nothing_else(world: World) -> None:
    story = enforced_story(world, drawn(1))
    world.drain()
    before = dump_state(world.cloud)
    resolve_appeal(world, appeal_case(world, story.upload), AppealOutcome.DENIED)
    world.drain()
    after = dump_state(world.cloud)
    assert (after.uploads, after.entries, after.accounts) == (before.uploads, before.entries, before.accounts)
    assert after.cases[story.case.case_id].pending_appeals == ()


def test_each_account_of_a_case_has_its_own_appeal(world: World) -> None:
    """The second appeal is decided too, although the first has already reversed the case."""
    one, two = world.upload("alpha", "ann", drawn(1)), world.upload("alpha", "bob", drawn(1, flipped=3))
    case = report_and_decide(world, one, two)
    first, second = appeal_case(world, one), appeal_case(world, two)
    resolve_appeal(world, first)
    answered = resolve_appeal(world, second, reviewer="dora")
    world.drain()
    assert answered.outcome is AppealOutcome.GRANTED
    assert list_appeals(world.stack, after=None, limit=10) == ([], None)
    assert dump_state(world.cloud).cases[case.case_id].state is CaseState.REVERSED
    assert {world.reload(upload).state for upload in (one, two)} == {UploadState.PUBLISHED}


def test_reviewer_of_a_pending_appeal_may_see_the_image(world: World) -> None:
    one, two = world.upload("alpha", "ann", drawn(1)), world.upload("alpha", "bob", drawn(1, flipped=3))
    case = report_and_decide(world, one, two)
    first, second = appeal_case(world, one), appeal_case(world, two)
    for answered in (first, second):
        current = world.stack.cases.get_case(case.case_id)
        assert current is not None
        require_may_reveal(current, "cleo", senior=False)
        resolve_appeal(world, answered, AppealOutcome.DENIED)


@pytest.mark.promise(6)
def test_participant_cannot_decide_the_appeal(world: World) -> None:
    story = enforced_story(world, drawn(1))
    filed = appeal_case(world, story.upload)
    with pytest.raises(SameReviewer):
        resolve_appeal(world, filed, reviewer="ada")
    assert resolve_appeal(world, filed, reviewer="cleo").decided_by == "cleo"


class DecidesConcurrently(Watcher):
    """Adds a participant to the case just before the appeal decision is written."""

    def __init__(self, world: World, case_id: str) -> None:
        self._world, self._case_id = world, case_id

    def before(self, call: Call) -> Answer | None:
        table = self._world.cloud.settings.cases_table
        if call.operation == "TransactWriteItems" and self._case_id:
            case_id, self._case_id = self._case_id, ""
            self._world.stack.dynamodb.update_item(
                TableName=table,
                Key={"pk": {"S": f"CASE#{case_id}"}, "sk": {"S": "CASE"}},
                UpdateExpression="SET version = :v, involved = :i",
                ExpressionAttributeValues={
                    ":v": {"N": "99"},
                    ":i": {"L": [{"S": "ada"}, {"S": "cleo"}]},
                },
            )
        return None


@pytest.mark.promise(6)
def test_conditional_write_enforces_an_independent_reviewer() -> None:
    """A reviewer who became a participant after the read cannot write the decision."""
    # This world is not checked afterwards: the case was changed without an audit record.
    with moto_world() as world:
        story = enforced_story(world, drawn(1))
        filed = appeal_case(world, story.upload)
        with (
            world.cloud.wire.watched_by(DecidesConcurrently(world, story.case.case_id)),
            pytest.raises((SameReviewer, ConcurrentChange)),
        ):
            resolve_appeal(world, filed, reviewer="cleo")
        assert world.reload(story.upload).state is UploadState.REMOVED


@pytest.mark.promise(7)
def test_same_decision_twice_is_recorded_once(world: World) -> None:
    story = enforced_story(world, drawn(1))
    filed = appeal_case(world, story.upload)
    first = resolve_appeal(world, filed)
    again = resolve_appeal(world, filed)
    assert (again.outcome, again.decided_at) == (first.outcome, first.decided_at)
    world.drain()
    assert len(world.events_of_type("appeal.decided")) == 1


def test_decided_appeal_cannot_be_decided_differently(world: World) -> None:
    story = enforced_story(world, drawn(1))
    filed = appeal_case(world, story.upload)
    resolve_appeal(world, filed, AppealOutcome.DENIED)
    with pytest.raises(AlreadyDecided):
        resolve_appeal(world, filed, AppealOutcome.GRANTED, reviewer="dora")


def test_same_appeal_twice_is_filed_once(world: World) -> None:
    story = enforced_story(world, drawn(1))
    assert appeal_case(world, story.upload).appeal_id == appeal_case(world, story.upload).appeal_id
    world.drain()
    assert len(world.events_of_type("appeal.filed")) == 1


def test_appeal_without_a_valid_subject_states_the_reason(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    with pytest.raises(Conflict, match="No case blocks this account"):
        appeal_case(world, upload)
    case = report_and_decide(world, upload)
    with pytest.raises(NotFound):
        appeal_case(world, world.upload("beta", "bob", drawn(2)), case.case_id)
    report_and_decide(world, world.reload(upload), reviewer="ben")
    with pytest.raises(InvalidRequest, match="Several cases"):
        appeal_case(world, upload)
    world.clock.advance(days=184, seconds=1)
    with pytest.raises(Conflict, match="184 days"):
        appeal_case(world, upload, case.case_id)


def test_suspected_child_case_cannot_be_appealed_here(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    report_and_decide(world, upload, outcome=DecisionOutcome.SUSPECTED_CHILD)
    with pytest.raises(Conflict, match="can't be appealed here") as refused:
        appeal_case(world, upload)
    assert refused.value.slug == "conflict", "the error could warn the account holder"


def test_reversed_case_cannot_be_appealed_again(world: World) -> None:
    one, two = world.upload("alpha", "ann", drawn(1)), world.upload("alpha", "bob", drawn(1, flipped=3))
    case = report_and_decide(world, one, two)
    grant_case_appeal(world, one, case)
    with pytest.raises(Conflict):
        appeal_case(world, two, case.case_id)


def test_case_found_not_violating_has_no_block_to_appeal(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    case = report_and_decide(world, upload, outcome=NOT_VIOLATING)
    with pytest.raises(NotFound):
        appeal_case(world, upload, case.case_id)


def test_appeals_are_listed_in_order_of_arrival(world: World) -> None:
    filed = []
    for number, name in enumerate(["ann", "bob", "cat"]):
        upload = world.upload("alpha", name, drawn(number))
        report_and_decide(world, upload)
        world.clock.advance(minutes=1)
        filed.append(appeal_case(world, upload))
    first, after = list_appeals(world.stack, after=None, limit=2)
    rest, end = list_appeals(world.stack, after=after, limit=2)
    assert [one.appeal_id for one in first + rest] == [one.appeal_id for one in filed]
    assert end is None or list_appeals(world.stack, after=end, limit=2) == ([], None)


def test_claiming_or_deciding_reviewer_is_marked_as_participant(world: World) -> None:
    appeals = []
    for number, (name, reviewer) in enumerate({"ann": "r1", "bob": "r2"}.items()):
        upload = world.upload("alpha", name, drawn(number))
        report_and_decide(world, upload, reviewer=reviewer)
        appeals.append(appeal_case(world, upload))
    seen = {who: appeals_visible_to(world.stack, appeals, who) for who in ("r1", "r2", "else")}
    assert {who: [one.viewer_took_part for one in theirs] for who, theirs in seen.items()} == {
        "r1": [True, False],
        "r2": [False, True],
        "else": [False, False],
    }


def test_recused_reviewer_sees_no_appeal_of_the_case(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    case = report_and_decide(world, upload)
    filed = appeal_case(world, upload)
    recuse(world.stack, case_id=case.case_id, reviewer="eve")
    assert appeals_visible_to(world.stack, [filed], "eve") == []
    assert [one.appeal for one in appeals_visible_to(world.stack, [filed], "ben")] == [filed]


def test_appeal_of_a_locked_case_shows_only_that_it_is_pending(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    reports = [report(world, upload) for _ in range(2)]
    decide(world, reports[0].cases[0].case_id, DecisionOutcome.NOT_VIOLATING)
    first, filed = (file_dismissal_appeal(world, one) for one in reports)
    found = deciding.AppealDecision(
        AppealOutcome.GRANTED, "a child", FACTORS, DecisionOutcome.SUSPECTED_CHILD
    )
    decide_appeal(world.stack, appeal_id=first.appeal_id, appeal_decision=found, reviewer="ben")
    (seen,) = appeals_visible_to(world.stack, [filed], "cleo")
    assert filed.statement
    assert seen.appeal == replace(filed, statement="")

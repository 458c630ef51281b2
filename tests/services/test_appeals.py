"""Promises 5 and 6: an appeal upheld undoes what its case did and nothing else; somebody else decides it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from staydown.domain.appeals import AppealOutcome
from staydown.domain.bank import Standing
from staydown.domain.case_states import CaseState
from staydown.domain.decisions import Outcome
from staydown.domain.errors import (
    AlreadyDecided,
    ConcurrentChange,
    Conflict,
    InvalidRequest,
    NotFound,
    SameReviewer,
)
from staydown.domain.uploads import UploadState
from staydown.services.accounts.block_account import block_account
from staydown.services.appeals import decide_appeal as deciding
from staydown.services.appeals.decide_appeal import as_seen, decide_appeal, list_appeals
from staydown.services.review.review_queue import declare_conflict
from staydown.services.review.view_case import check_may_look

from tests.support.ledger import read_ledger
from tests.support.people import (
    FACTORS,
    NOT_VIOLATING,
    answer,
    appeal,
    appeal_as_reporter,
    decide,
    judge,
    judged_story,
    report,
    reverse,
)
from tests.support.pictures import drawn, drawn_hash
from tests.support.wire import Answer, Call, Watcher
from tests.support.world import World, moto_world

STOPPED = {UploadState.BLOCKED, UploadState.REMOVED}


@pytest.mark.law("EU5")
def test_promise_5_the_image_is_back_and_its_account_free(either_world: World) -> None:
    world = either_world
    story = judged_story(world, drawn(1))
    world.drain()
    assert world.again(story.upload).state is UploadState.REMOVED
    reverse(world, story.upload, story.case)
    world.drain()
    assert world.again(story.upload).state is UploadState.PUBLISHED
    assert not world.stack.accounts.get("alpha", "ann").blocked
    assert {e.standing for e in read_ledger(world.cloud).entries.values()} == {Standing.INACTIVE}
    assert world.upload("beta", "bob", drawn(1, copy=1)).state is UploadState.PUBLISHED


def test_promise_5_what_its_entries_alone_had_stopped_is_released(world: World) -> None:
    story = judged_story(world, drawn(1))
    copies = [world.upload("beta", "bob", drawn(1, flipped=bits)) for bits in (1, 20, 31)]
    assert {copy.state for copy in copies} == {UploadState.BLOCKED}
    reverse(world, story.upload, story.case)
    world.drain()
    assert {world.again(copy).state for copy in copies} == {UploadState.PUBLISHED}


def test_promise_5_what_they_had_brought_to_a_reviewer_is_released_as_well(world: World) -> None:
    story = judged_story(world, drawn(1))
    near = world.upload("beta", "bob", drawn(1, flipped=40))
    assert near.state is UploadState.HELD
    reverse(world, story.upload, story.case)
    world.drain()
    assert world.again(near).state is UploadState.PUBLISHED
    assert read_ledger(world.cloud).cases[near.cases[0]].state is CaseState.WITHDRAWN


def test_promise_5_a_case_that_was_about_more_than_the_match_stays(world: World) -> None:
    story = judged_story(world, drawn(1))
    near = world.upload("beta", "bob", drawn(1, flipped=40))
    filed = report(world, near)
    assert filed.cases[0].case_id == near.cases[0]
    reverse(world, story.upload, story.case)
    world.drain()
    assert world.again(near).state is UploadState.PUBLISHED
    case = read_ledger(world.cloud).cases[near.cases[0]]
    assert (case.state, case.uploads) == (CaseState.OPEN, (near.upload_id,))


def test_promise_5_what_another_case_judged_as_well_stays_stopped(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    first = judge(world, upload)
    second = judge(world, upload, reviewer="ben")
    world.drain()
    reverse(world, upload, first)
    world.drain()
    assert world.again(upload).state is UploadState.REMOVED
    assert world.stack.accounts.get("alpha", "ann").blocks.keys() == {second.case_id}
    assert world.upload("beta", "bob", drawn(1, flipped=2)).state is UploadState.BLOCKED
    reverse(world, upload, second)
    world.drain()
    assert world.again(upload).state is UploadState.PUBLISHED


def test_promise_5_a_block_by_hand_stays(world: World) -> None:
    story = judged_story(world, drawn(1))
    block_account(world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue")
    reverse(world, story.upload, story.case)
    assert world.stack.accounts.get("alpha", "ann").blocks.keys() == {"manual"}


def test_promise_5_a_claim_that_the_judgement_rested_on_was_looked_at_and_goes_with_it(world: World) -> None:
    """Otherwise whatever the entry had stopped would be held for the same claim again."""
    filed = report(world, hashes=[drawn_hash(1)])
    held = world.upload("alpha", "ann", drawn(1, flipped=3))
    case = decide(world, filed.cases[0].case_id)
    copy = world.upload("beta", "bob", drawn(1, flipped=6))
    world.drain()
    reverse(world, held, case)
    world.drain()
    assert {e.standing for e in read_ledger(world.cloud).entries.values()} == {Standing.INACTIVE}
    assert {world.again(one).state for one in (held, copy)} == {UploadState.PUBLISHED}


def test_promise_5_a_claim_that_another_reviewer_has_yet_to_judge_stays(world: World) -> None:
    story = judged_story(world, drawn(1))
    report(world, hashes=[drawn_hash(1)])
    copy = world.upload("beta", "bob", drawn(1, copy=1))
    assert copy.state is UploadState.BLOCKED
    reverse(world, story.upload, story.case)
    world.drain()
    assert world.again(copy).state is UploadState.HELD
    assert {e.standing for e in read_ledger(world.cloud).entries.values()} == {Standing.UNVERIFIED}


def test_an_image_that_came_back_can_be_judged_again(world: World) -> None:
    story = judged_story(world, drawn(1))
    for _ in range(3):
        reverse(world, story.upload, world.again(story.upload).cases[-1])
        world.drain()
        assert world.again(story.upload).state is UploadState.PUBLISHED
        judge(world, world.again(story.upload))
        world.drain()
        assert world.again(story.upload).state is UploadState.REMOVED


def test_a_rejected_appeal_changes_nothing_but_that_it_was_looked_at(world: World) -> None:
    story = judged_story(world, drawn(1))
    world.drain()
    before = read_ledger(world.cloud)
    answer(world, appeal(world, story.upload), AppealOutcome.REJECTED)
    world.drain()
    after = read_ledger(world.cloud)
    assert (after.uploads, after.entries, after.accounts) == (before.uploads, before.entries, before.accounts)
    assert after.cases[story.case.case_id].appeals == ()


def test_each_account_of_a_case_has_an_appeal_of_its_own(world: World) -> None:
    """The second is answered as well, though the first has reversed the case already."""
    one, two = world.upload("alpha", "ann", drawn(1)), world.upload("alpha", "bob", drawn(1, flipped=3))
    case = judge(world, one, two)
    first, second = appeal(world, one), appeal(world, two)
    answer(world, first)
    answered = answer(world, second, reviewer="dora")
    world.drain()
    assert answered.outcome is AppealOutcome.UPHELD
    assert list_appeals(world.stack, after=None, limit=10) == ([], None)
    assert read_ledger(world.cloud).cases[case.case_id].state is CaseState.REVERSED
    assert {world.again(upload).state for upload in (one, two)} == {UploadState.PUBLISHED}


def test_while_one_of_two_appeals_waits_whoever_decides_it_may_look(world: World) -> None:
    one, two = world.upload("alpha", "ann", drawn(1)), world.upload("alpha", "bob", drawn(1, flipped=3))
    case = judge(world, one, two)
    first, second = appeal(world, one), appeal(world, two)
    for answered in (first, second):
        current = world.stack.cases.case(case.case_id)
        assert current is not None
        check_may_look(current, "cleo", senior=False)
        answer(world, answered, AppealOutcome.REJECTED)


def test_promise_6_whoever_claimed_or_decided_does_not_decide_the_appeal(world: World) -> None:
    story = judged_story(world, drawn(1))
    filed = appeal(world, story.upload)
    with pytest.raises(SameReviewer):
        answer(world, filed, reviewer="ada")
    assert answer(world, filed, reviewer="cleo").decided_by == "cleo"


class Meanwhile(Watcher):
    """Somebody gets involved just before the appeal is decided."""

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


def test_promise_6_a_conditional_write_enforces_it_and_not_the_page() -> None:
    """Whoever is involved by the time the appeal is written does not decide it, whatever was read before."""
    # A world that is not checked afterwards: the case was changed behind its audit's back.
    with moto_world() as world:
        story = judged_story(world, drawn(1))
        filed = appeal(world, story.upload)
        with (
            world.cloud.wire.watched_by(Meanwhile(world, story.case.case_id)),
            pytest.raises((SameReviewer, ConcurrentChange)),
        ):
            answer(world, filed, reviewer="cleo")
        assert world.again(story.upload).state is UploadState.REMOVED


def test_promise_7_the_same_decision_told_twice_is_one(world: World) -> None:
    story = judged_story(world, drawn(1))
    filed = appeal(world, story.upload)
    first = answer(world, filed)
    again = answer(world, filed)
    assert (again.outcome, again.decided_at) == (first.outcome, first.decided_at)
    world.drain()
    assert len(world.told_of("appeal.decided")) == 1


def test_an_appeal_that_was_decided_is_not_decided_otherwise(world: World) -> None:
    story = judged_story(world, drawn(1))
    filed = appeal(world, story.upload)
    answer(world, filed, AppealOutcome.REJECTED)
    with pytest.raises(AlreadyDecided):
        answer(world, filed, AppealOutcome.UPHELD, reviewer="dora")


def test_the_same_appeal_told_twice_is_one(world: World) -> None:
    story = judged_story(world, drawn(1))
    assert appeal(world, story.upload).appeal_id == appeal(world, story.upload).appeal_id
    world.drain()
    assert len(world.told_of("appeal.filed")) == 1


def test_what_can_not_be_appealed_is_refused_precisely(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    with pytest.raises(Conflict, match="No case blocks this account"):
        appeal(world, upload)
    case = judge(world, upload)
    with pytest.raises(NotFound):
        appeal(world, world.upload("beta", "bob", drawn(2)), case.case_id)
    judge(world, world.again(upload), reviewer="ben")
    with pytest.raises(InvalidRequest, match="Several cases"):
        appeal(world, upload)
    world.clock.advance(days=184, seconds=1)
    with pytest.raises(Conflict, match="184 days"):
        appeal(world, upload, case.case_id)


def test_a_suspected_child_s_case_is_not_appealed_here(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    judge(world, upload, outcome=Outcome.SUSPECTED_CHILD)
    with pytest.raises(Conflict, match="can't be appealed here") as refused:
        appeal(world, upload)
    assert refused.value.slug == "conflict", "nothing that would warn who posted it"


def test_a_case_that_was_reversed_can_not_be_appealed_again(world: World) -> None:
    one, two = world.upload("alpha", "ann", drawn(1)), world.upload("alpha", "bob", drawn(1, flipped=3))
    case = judge(world, one, two)
    reverse(world, one, case)
    with pytest.raises(Conflict):
        appeal(world, two, case.case_id)


def test_not_violating_blocks_nobody_so_there_is_nothing_to_appeal(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    case = judge(world, upload, outcome=NOT_VIOLATING)
    with pytest.raises(NotFound):
        appeal(world, upload, case.case_id)


def test_appeals_wait_in_the_order_in_which_they_came(world: World) -> None:
    filed = []
    for number, name in enumerate(["ann", "bob", "cat"]):
        upload = world.upload("alpha", name, drawn(number))
        judge(world, upload)
        world.clock.advance(minutes=1)
        filed.append(appeal(world, upload))
    first, after = list_appeals(world.stack, after=None, limit=2)
    rest, end = list_appeals(world.stack, after=after, limit=2)
    assert [one.appeal_id for one in first + rest] == [one.appeal_id for one in filed]
    assert end is None or list_appeals(world.stack, after=end, limit=2) == ([], None)


def test_who_claimed_or_decided_a_case_took_part_in_it(world: World) -> None:
    appeals = []
    for number, (name, reviewer) in enumerate({"ann": "r1", "bob": "r2"}.items()):
        upload = world.upload("alpha", name, drawn(number))
        judge(world, upload, reviewer=reviewer)
        appeals.append(appeal(world, upload))
    seen = {who: as_seen(world.stack, appeals, who) for who in ("r1", "r2", "else")}
    assert {who: [one.took_part for one in theirs] for who, theirs in seen.items()} == {
        "r1": [True, False],
        "r2": [False, True],
        "else": [False, False],
    }


def test_who_declared_a_conflict_of_interest_sees_no_appeal_of_the_case(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    case = judge(world, upload)
    filed = appeal(world, upload)
    declare_conflict(world.stack, case_id=case.case_id, reviewer="eve")
    assert as_seen(world.stack, [filed], "eve") == []
    assert [one.appeal for one in as_seen(world.stack, [filed], "ben")] == [filed]


def test_of_an_appeal_whose_case_was_locked_nothing_is_seen_but_that_it_waits(world: World) -> None:
    upload = world.upload("alpha", "ann", drawn(1))
    reports = [report(world, upload) for _ in range(2)]
    decide(world, reports[0].cases[0].case_id, Outcome.NOT_VIOLATING)
    first, filed = (appeal_as_reporter(world, one) for one in reports)
    found = deciding.Answer(AppealOutcome.UPHELD, "a child", FACTORS, Outcome.SUSPECTED_CHILD)
    decide_appeal(world.stack, appeal_id=first.appeal_id, answer=found, reviewer="ben")
    (seen,) = as_seen(world.stack, [filed], "cleo")
    assert filed.statement
    assert seen.appeal == replace(filed, statement="")

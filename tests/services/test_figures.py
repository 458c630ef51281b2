"""Figures are what the audit adds up to, each record once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from staydown.domain.appeals import AppealOutcome
from staydown.domain.audit import Record
from staydown.domain.case_states import CaseState
from staydown.domain.errors import Conflict, InvalidRequest
from staydown.domain.figures import Group, Progress, count
from staydown.domain.summary import Figures, named, times
from staydown.services.accounts.block_account import block_account
from staydown.services.records.count_figures import AT_ONCE, count_chain
from staydown.services.records.show_figures import show_figures
from staydown.services.records.state_transparency import transparency_statements
from staydown.services.review.review_queue import claim_case

from tests.support.clock import NOON
from tests.support.invariants import check
from tests.support.people import NOT_VIOLATING, answer, appeal, decide, judged_story, report
from tests.support.pictures import drawn, drawn_hash
from tests.support.world import World


def figures(world: World) -> Figures:
    world.count()
    today = world.clock.now.date()
    return show_figures(world.stack, first=today - timedelta(days=100), last=today)


def test_a_decision_is_counted_with_its_outcome_and_how_long_it_took(either_world: World) -> None:
    world = either_world
    filed = report(world, world.upload("alpha", "ann", drawn(1)))
    world.clock.advance(hours=5, minutes=1)
    decide(world, filed.cases[0].case_id)
    told = figures(world)
    assert named(told.total, "decided:") == {"violating": 1}
    assert told.total["notices"] == told.total["in_time"] == told.total["accounts_suspended"] == 1
    assert times(told.total, "acted:").median_hours == 5.25
    assert told.cases == {CaseState.DECIDED.value: 1}
    assert told.queue.waiting == 0


def test_a_decision_after_its_deadline_is_late(world: World) -> None:
    filed = report(world, world.upload("alpha", "ann", drawn(1)))
    world.clock.advance(hours=48, seconds=1)
    decide(world, filed.cases[0].case_id)
    told = figures(world)
    assert (told.total["late"], told.total["in_time"]) == (1, 0)


def test_a_report_of_several_images_is_one_notice(world: World) -> None:
    report(world, world.upload("alpha", "ann", drawn(1)), world.upload("alpha", "ann", drawn(2)))
    told = figures(world)
    assert told.total["notices"] == 1
    assert told.total["opened:report"] == 2


def test_what_waits_is_told_by_its_age_and_by_its_deadline(world: World) -> None:
    for number in (1, 2, 3):
        report(world, world.upload("alpha", "ann", drawn(number)))
        world.clock.advance(hours=30)
    told = figures(world).queue
    assert (told.waiting, told.overdue) == (3, 2)
    assert dict(told.by_age) == {6: 0, 24: 0, 48: 1, None: 2}
    assert told.oldest_hours == pytest.approx(90, abs=1)


def test_what_is_stopped_is_told_by_distance_and_view(world: World) -> None:
    story = judged_story(world, drawn(1))
    world.drain()
    world.upload("beta", "bob", drawn(1, flipped=3))
    world.upload("beta", "bob", drawn(1, flipped=40))
    told = figures(world)
    assert named(told.total, "stopped:") == {"blocked": 1, "held": 1}
    assert named(told.total, "distance:") == {"3": 1, "40": 1}
    assert named(told.total, "view:") == {"upright": 2}
    assert told.cases == {"decided": 1, "open": 1}
    assert story.case.state is CaseState.DECIDED


def test_appeals_are_told_with_their_outcome(world: World) -> None:
    for number, outcome in enumerate([AppealOutcome.UPHELD, AppealOutcome.REJECTED, AppealOutcome.REJECTED]):
        filed = appeal(world, judged_story(world, drawn(number + 1), account=f"ann{number}").upload)
        world.clock.advance(hours=2)
        answer(world, filed, outcome)
    told = figures(world)
    assert named(told.total, "appeals:") == {"filed": 3, "rejected": 2, "upheld": 1}
    assert times(told.total, "answered:").ninetieth_hours == 2
    assert told.cases == {"decided": 2, "reversed": 1}


def test_reviewers_are_told_apart_by_their_pseudonyms(world: World) -> None:
    filed = report(world, world.upload("alpha", "ann", drawn(1)))
    case_id = filed.cases[0].case_id
    claim_case(world.stack, case_id=case_id, reviewer="ada")
    decide(world, case_id, NOT_VIOLATING)
    told = figures(world)
    assert told.reviewers == {"ada": {"claims": 1, "decisions": 1}}


def test_a_record_told_again_or_late_is_counted_once(world: World) -> None:
    filed = report(world, world.upload("alpha", "ann", drawn(1)))
    chain = f"case:{filed.cases[0].case_id}"
    for _ in range(AT_ONCE + 5):
        claim_case(world.stack, case_id=filed.cases[0].case_id, reviewer="ada")
    assert count_chain(world.stack, chain) == AT_ONCE + 6
    assert count_chain(world.stack, chain) == 0
    decide(world, filed.cases[0].case_id)
    assert count_chain(world.stack, chain) == 1
    assert figures(world).total["decided:violating"] == 1


def test_a_block_by_hand_is_counted(world: World) -> None:
    block_account(world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue")
    assert figures(world).total["by_hand:blocked"] == 1


def test_a_day_is_told_with_itself_alone(world: World) -> None:
    days: Sequence[date] = []
    for number in range(3):
        days = [*days, world.clock.now.date()]
        report(world, hashes=[drawn_hash(number + 1)])
        judged = report(world, world.upload("alpha", f"ann{number}", drawn(9 + number)))
        decide(world, judged.cases[0].case_id)
        world.clock.advance(days=20)
    world.count()
    middle = show_figures(world.stack, first=days[1], last=days[1])
    assert middle.total["notices"] == 2
    assert middle.reviewers == {"ada": {"decisions": 1}}
    everything = show_figures(world.stack, first=days[0], last=days[2])
    assert everything.total["notices"] == 6
    assert list(everything.days) == days


def test_a_decision_states_its_own_uploads_and_those_its_entries_stopped(world: World) -> None:
    story = judged_story(world, drawn(1))
    world.drain()
    world.upload("beta", "bob", drawn(1, flipped=3))
    statements = transparency_statements(world.stack, story.case.case_id, batch=0)
    assert [one["automated_decision"] for one in statements] == [
        "AUTOMATED_DECISION_NOT_AUTOMATED",
        "AUTOMATED_DECISION_FULLY",
    ]
    assert len({one["puid"] for one in statements}) == 2
    assert transparency_statements(world.stack, story.case.case_id, batch=1) == []
    answer(world, appeal(world, story.upload))
    with pytest.raises(Conflict):
        transparency_statements(world.stack, story.case.case_id, batch=0)


@pytest.mark.parametrize("days", [-1, 366])
def test_a_period_that_is_none_is_refused(world: World, days: int) -> None:
    first = date(2027, 1, 1)
    with pytest.raises(InvalidRequest):
        show_figures(world.stack, first=first, last=first + timedelta(days=days))


@pytest.mark.parametrize("year", [1, 9999])
def test_a_year_without_figures_is_refused(world: World, year: int) -> None:
    with pytest.raises(InvalidRequest):
        show_figures(world.stack, first=None, last=date(year, 1, 1))
    with pytest.raises(InvalidRequest):
        show_figures(world.stack, first=date(year, 1, 1), last=None)


def test_a_counter_that_says_otherwise_is_found(world: World) -> None:
    """A guard of these tests: the invariant that compares counters with the audit can fail."""
    judged_story(world, drawn(1))
    world.count()
    world.drain()
    check(world)
    table = world.cloud.settings.figures_table
    key = {"pk": {"S": "NOW"}, "sk": {"S": "cases"}}
    world.stack.dynamodb.update_item(
        TableName=table,
        Key=key,
        UpdateExpression="ADD decided :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    with pytest.raises(AssertionError, match="the counters say"):
        check(world)
    world.stack.dynamodb.update_item(
        TableName=table,
        Key=key,
        UpdateExpression="ADD decided :one",
        ExpressionAttributeValues={":one": {"N": "-1"}},
    )


def test_a_refusal_that_falls_is_counted_as_the_judgement_it_becomes() -> None:
    judged = Record(
        "case:c",
        2,
        NOON,
        "cleo",
        "case.overturned",
        {"state": "decided", "finding": "violating", "uploads": ["u", "v"], "accounts": 1},
        "",
        "",
    )
    _, added = count(Progress(1, state="decided"), judged)
    told = {one.name: one.by for one in added if one.group is Group.DAY}
    assert (told["uploads_judged"], told["accounts_suspended"]) == (2, 1)
    told = {one.name: one.by for one in added if one.group is Group.REVIEWER}
    assert told == {"appeals": 1}

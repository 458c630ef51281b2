"""Metrics are sums over the audit records, each counted once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from staydown.domain.audit.chain import AuditRecord
from staydown.domain.cases.appeals import AppealOutcome
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import Conflict, InvalidRequest
from staydown.domain.metrics import ChainCursor, CounterScope, count_record
from staydown.domain.metrics_summary import MetricsSummary, counters_with_prefix, duration_stats
from staydown.services.accounts import block_account
from staydown.services.records.count_metrics import RECORDS_PER_TRANSACTION, count_chain_records
from staydown.services.records.transparency_statements import list_transparency_statements
from staydown.services.records.view_metrics import view_metrics
from staydown.services.review.review_queue import claim_case

from tests.support.actions import NOT_VIOLATING, appeal_case, decide, enforced_story, report, resolve_appeal
from tests.support.clock import NOON
from tests.support.invariants import check
from tests.support.sample_images import drawn, drawn_hash
from tests.support.world import World


def current_metrics(world: World) -> MetricsSummary:
    world.count_audit()
    today = world.clock.now.date()
    return view_metrics(world.stack, first=today - timedelta(days=100), last=today)


def test_decision_is_counted_with_outcome_and_duration(either_world: World) -> None:
    world = either_world
    filed = report(world, world.upload("alpha", "ann", drawn(1)))
    world.clock.advance(hours=5, minutes=1)
    decide(world, filed.cases[0].case_id)
    metrics = current_metrics(world)
    assert counters_with_prefix(metrics.total, "decided:") == {"violating": 1}
    assert metrics.total["notices"] == metrics.total["in_time"] == metrics.total["accounts_suspended"] == 1
    assert duration_stats(metrics.total, "acted:").median_hours == 5.25
    assert metrics.cases == {CaseState.DECIDED.value: 1}
    assert metrics.queue.waiting == 0


def test_a_decision_after_its_deadline_is_late(world: World) -> None:
    filed = report(world, world.upload("alpha", "ann", drawn(1)))
    world.clock.advance(hours=48, seconds=1)
    decide(world, filed.cases[0].case_id)
    metrics = current_metrics(world)
    assert (metrics.total["late"], metrics.total["in_time"]) == (1, 0)


def test_a_report_of_several_images_is_one_notice(world: World) -> None:
    report(world, world.upload("alpha", "ann", drawn(1)), world.upload("alpha", "ann", drawn(2)))
    metrics = current_metrics(world)
    assert metrics.total["notices"] == 1
    assert metrics.total["opened:report"] == 2


def test_queue_is_counted_by_age_and_deadline(world: World) -> None:
    for number in (1, 2, 3):
        report(world, world.upload("alpha", "ann", drawn(number)))
        world.clock.advance(hours=30)
    queue = current_metrics(world).queue
    assert (queue.waiting, queue.overdue) == (3, 2)
    assert dict(queue.by_age) == {6: 0, 24: 0, 48: 1, None: 2}
    assert queue.oldest_hours == pytest.approx(90, abs=1)


def test_stopped_uploads_are_counted_by_distance_and_view(world: World) -> None:
    story = enforced_story(world, drawn(1))
    world.drain()
    world.upload("beta", "bob", drawn(1, flipped=3))
    world.upload("beta", "bob", drawn(1, flipped=40))
    metrics = current_metrics(world)
    assert counters_with_prefix(metrics.total, "stopped:") == {"blocked": 1, "held": 1}
    assert counters_with_prefix(metrics.total, "distance:") == {"3": 1, "40": 1}
    assert counters_with_prefix(metrics.total, "view:") == {"upright": 2}
    assert metrics.cases == {"decided": 1, "open": 1}
    assert story.case.state is CaseState.DECIDED


def test_appeals_are_counted_by_outcome(world: World) -> None:
    for number, outcome in enumerate([AppealOutcome.GRANTED, AppealOutcome.DENIED, AppealOutcome.DENIED]):
        filed = appeal_case(world, enforced_story(world, drawn(number + 1), account=f"ann{number}").upload)
        world.clock.advance(hours=2)
        resolve_appeal(world, filed, outcome)
    metrics = current_metrics(world)
    assert counters_with_prefix(metrics.total, "appeals:") == {"filed": 3, "rejected": 2, "upheld": 1}
    assert duration_stats(metrics.total, "answered:").ninetieth_hours == 2
    assert metrics.cases == {"decided": 2, "reversed": 1}


def test_reviewers_are_counted_by_pseudonym(world: World) -> None:
    filed = report(world, world.upload("alpha", "ann", drawn(1)))
    case_id = filed.cases[0].case_id
    claim_case(world.stack, case_id=case_id, reviewer="ada")
    decide(world, case_id, NOT_VIOLATING)
    metrics = current_metrics(world)
    assert metrics.reviewers == {"ada": {"claims": 1, "decisions": 1}}


def test_repeated_or_late_record_is_counted_once(world: World) -> None:
    filed = report(world, world.upload("alpha", "ann", drawn(1)))
    chain = f"case:{filed.cases[0].case_id}"
    for _ in range(RECORDS_PER_TRANSACTION + 5):
        claim_case(world.stack, case_id=filed.cases[0].case_id, reviewer="ada")
    assert count_chain_records(world.stack, chain) == RECORDS_PER_TRANSACTION + 6
    assert count_chain_records(world.stack, chain) == 0
    decide(world, filed.cases[0].case_id)
    assert count_chain_records(world.stack, chain) == 1
    assert current_metrics(world).total["decided:violating"] == 1


def test_manual_block_is_counted(world: World) -> None:
    block_account(world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue")
    assert current_metrics(world).total["by_hand:blocked"] == 1


def test_day_shows_only_its_own_metrics(world: World) -> None:
    days: Sequence[date] = []
    for number in range(3):
        days = [*days, world.clock.now.date()]
        report(world, hashes=[drawn_hash(number + 1)])
        judged = report(world, world.upload("alpha", f"ann{number}", drawn(9 + number)))
        decide(world, judged.cases[0].case_id)
        world.clock.advance(days=20)
    world.count_audit()
    middle = view_metrics(world.stack, first=days[1], last=days[1])
    assert middle.total["notices"] == 2
    assert middle.reviewers == {"ada": {"decisions": 1}}
    everything = view_metrics(world.stack, first=days[0], last=days[2])
    assert everything.total["notices"] == 6
    assert list(everything.days) == days


def test_statements_cover_own_uploads_and_those_of_the_entries(world: World) -> None:
    story = enforced_story(world, drawn(1))
    world.drain()
    world.upload("beta", "bob", drawn(1, flipped=3))
    statements = list_transparency_statements(world.stack, story.case.case_id, batch=0)
    assert [one["automated_decision"] for one in statements] == [
        "AUTOMATED_DECISION_NOT_AUTOMATED",
        "AUTOMATED_DECISION_FULLY",
    ]
    assert len({one["puid"] for one in statements}) == 2
    assert list_transparency_statements(world.stack, story.case.case_id, batch=1) == []
    resolve_appeal(world, appeal_case(world, story.upload))
    with pytest.raises(Conflict):
        list_transparency_statements(world.stack, story.case.case_id, batch=0)


@pytest.mark.parametrize("days", [-1, 366])
def test_invalid_period_is_rejected(world: World, days: int) -> None:
    first = date(2027, 1, 1)
    with pytest.raises(InvalidRequest):
        view_metrics(world.stack, first=first, last=first + timedelta(days=days))


@pytest.mark.parametrize("year", [1, 9999])
def test_year_out_of_range_is_rejected(world: World, year: int) -> None:
    with pytest.raises(InvalidRequest):
        view_metrics(world.stack, first=None, last=date(year, 1, 1))
    with pytest.raises(InvalidRequest):
        view_metrics(world.stack, first=date(year, 1, 1), last=None)


def test_wrong_counter_is_detected(world: World) -> None:
    """Guard these tests: the invariant on counters detects a wrong counter."""
    enforced_story(world, drawn(1))
    world.count_audit()
    world.drain()
    check(world)
    table = world.cloud.settings.metrics_table
    key = {"pk": {"S": "NOW"}, "sk": {"S": "cases"}}
    world.stack.dynamodb.update_item(
        TableName=table,
        Key=key,
        UpdateExpression="ADD decided :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    with pytest.raises(AssertionError, match="the counters are"):
        check(world)
    world.stack.dynamodb.update_item(
        TableName=table,
        Key=key,
        UpdateExpression="ADD decided :one",
        ExpressionAttributeValues={":one": {"N": "-1"}},
    )


def test_overturned_dismissal_is_counted_as_its_new_decision() -> None:
    judged = AuditRecord(
        "case:c",
        2,
        NOON,
        "cleo",
        "case.overturned",
        {"state": "decided", "finding": "violating", "uploads": ["u", "v"], "accounts": 1},
        "",
        "",
    )
    _, added = count_record(ChainCursor(1, state="decided"), judged)
    amounts = {one.name: one.amount for one in added if one.scope is CounterScope.DAY}
    assert (amounts["uploads_judged"], amounts["accounts_suspended"]) == (2, 1)
    amounts = {one.name: one.amount for one in added if one.scope is CounterScope.REVIEWER}
    assert amounts == {"appeals": 1}

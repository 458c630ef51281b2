"""Schedules of the local stack, and its clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from infra.local.functions import FunctionError
from infra.local.schedule_poller import SchedulePoller, UnsupportedSchedule, parse_rate
from tests.infrastructure.conftest import TinyStack
from tests.support.clock import Clock


class RecordingFunction:
    """Stands in for a function and records its events."""

    def __init__(self, fails: bool = False) -> None:
        self.events: list[dict[str, Any]] = []
        self._fails = fails

    def invoke(self, event: dict[str, Any]) -> None:
        self.events.append(event)
        if self._fails:
            raise FunctionError


def scheduled(function: RecordingFunction, clock: Clock) -> SchedulePoller:
    target = {"Arn": "arn:aws:lambda:x:1:function:Watcher"}
    rule = {"ScheduleExpression": "rate(5 minutes)", "Targets": [target]}
    return SchedulePoller("rule", rule, {"Watcher": function}, clock)  # type: ignore[dict-item]


@pytest.mark.parametrize("fails", [False, True])
def test_scheduled_function_runs_when_due_and_then_again(fails: bool) -> None:
    clock, function = Clock(), RecordingFunction(fails)
    poller = scheduled(function, clock)
    assert (poller.poll(), poller.is_quiet()) == (0, True)
    clock.advance(minutes=5)
    assert not poller.is_quiet()
    assert [poller.poll(), poller.poll()] == [1, 0]
    clock.advance(hours=1)
    assert [poller.poll(), poller.poll()] == [1, 0]
    assert function.events[0]["time"] == "2027-03-01T12:05:00Z"


def test_unknown_schedule_expression_is_rejected() -> None:
    assert parse_rate("rate(1 day)") == timedelta(days=1)
    with pytest.raises(UnsupportedSchedule):
        parse_rate("cron(0 10 * * ? *)")


def test_clock_moves_forward_over_http_and_never_back(tiny: TinyStack) -> None:
    url = tiny.stack.description()["clock_url"]
    before = datetime.fromisoformat(requests.get(url, timeout=5).json()["now"])
    assert abs(before - datetime.now(UTC)) < timedelta(minutes=1)
    moved = requests.post(url, json={"advance_seconds": 3600}, timeout=5).json()["now"]
    assert timedelta(hours=1) <= datetime.fromisoformat(moved) - before < timedelta(minutes=61)
    wrongs: list[object] = [{}, [], *({"advance_seconds": one} for one in (-1, "soon", 1e300))]
    for wrong in wrongs:
        assert requests.post(url, json=wrong, timeout=5).status_code == 422

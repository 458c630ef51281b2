"""Invoke functions on the schedules of the template, by the local clock."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from infra.local.emulator import ACCOUNT, REGION
from infra.local.functions import FunctionError, LambdaFunction

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")


class UnsupportedSchedule(ValueError):
    """The schedule expression is not supported. No schedule is ignored silently."""


class SchedulePoller:
    """Invokes the targets of a rule at its rate. rule: the resolved AWS::Events::Rule."""

    def __init__(
        self,
        name: str,
        rule: Mapping[str, Any],
        functions: Mapping[str, LambdaFunction],
        clock: Callable[[], datetime],
    ) -> None:
        self.name = name
        self._functions = [functions[str(target["Arn"]).rpartition(":")[2]] for target in rule["Targets"]]
        self._interval = parse_rate(str(rule["ScheduleExpression"]))
        self._clock = clock
        self._due = clock() + self._interval

    def is_quiet(self) -> bool:
        return self._clock() < self._due

    def poll(self) -> int:
        """Invoke the functions if they are due: once, even if several times were missed."""
        now = self._clock()
        if now < self._due:
            return 0
        event = {
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": ACCOUNT,
            "region": REGION,
            "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "detail": {},
        }
        for function in self._functions:
            # A failure is reported, and the schedule continues.
            with suppress(FunctionError):
                function.invoke(event)
        self._due = now + self._interval
        return 1


def parse_rate(expression: str) -> timedelta:
    """Return the interval of a rate expression. Raise UnsupportedSchedule for others."""
    match = _RATE.fullmatch(expression)
    if match is None:
        raise UnsupportedSchedule(expression)
    return timedelta(**{f"{match[2]}s": int(match[1])})

"""Schedules of the template: a function that is woken again and again, by the clock of this machine."""

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
    """A schedule expression that nothing here understands: none is dropped in silence."""


class SchedulePoller:
    """Wakes one function at a rate. name: of the rule. rule: its AWS::Events::Rule, resolved."""

    def __init__(
        self,
        name: str,
        rule: Mapping[str, Any],
        functions: Mapping[str, LambdaFunction],
        clock: Callable[[], datetime],
    ) -> None:
        self.name = name
        self._functions = [functions[str(one["Arn"]).rpartition(":")[2]] for one in rule["Targets"]]
        self._every = parse_rate(str(rule["ScheduleExpression"]))
        self._clock = clock
        self._next = clock() + self._every

    def is_quiet(self) -> bool:
        return self._clock() < self._next

    def poll(self) -> int:
        """Wake it if its time has come; however many times were missed, it is woken once."""
        now = self._clock()
        if now < self._next:
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
            # A failure was reported; the next time comes anyway.
            with suppress(FunctionError):
                function.invoke(event)
        self._next = now + self._every
        return 1


def parse_rate(expression: str) -> timedelta:
    """What a rate says; UnknownSchedule for anything else."""
    found = _RATE.fullmatch(expression)
    if found is None:
        raise UnsupportedSchedule(expression)
    return timedelta(**{f"{found[2]}s": int(found[1])})

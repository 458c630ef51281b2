"""When a case must be decided: wall-clock, in UTC, to the second."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

NO_DEADLINE = "9999-12-31T23:59:59"
"""Sorts after every deadline: a case without a valid report waits behind those with one."""


def removal_deadline(valid_at: datetime, time_limit: timedelta) -> datetime:
    """The statutory moment: `allowed` after the report became valid; nights and weekends count.

    In UTC, since adding to a local time would gain or lose the hour by which clocks are changed meanwhile.
    """
    return valid_at.astimezone(UTC) + time_limit


@dataclass(frozen=True, slots=True)
class DeadlinePolicy:
    """What happens how long before a deadline.

    warning: a case that is undecided by then is told of. lead: its uploads are hidden. More than the time
    between two looks at the queue, so that what is hidden is hidden at the deadline at the latest.
    """

    warn_before: timedelta
    hide_before: timedelta

    def should_warn(self, deadline: datetime | None, now: datetime) -> bool:
        return deadline is not None and now >= deadline - self.warn_before

    def should_hide(self, deadline: datetime | None, now: datetime) -> bool:
        return deadline is not None and now >= deadline - self.hide_before


def queue_sort_key(deadline: datetime | None, case_id: str) -> str:
    """The sort key of the reviewers' queue: nearest deadline first, then the older case."""
    moment = deadline.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") if deadline is not None else NO_DEADLINE
    return f"{moment}#{case_id}"

"""Deadlines of cases: wall-clock time in UTC, to the second."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

NO_DEADLINE = "9999-12-31T23:59:59"
"""Sorts after every deadline: a case without a valid report comes after the cases with one."""


def removal_deadline(valid_at: datetime, time_limit: timedelta) -> datetime:
    """Return the statutory deadline: `time_limit` after the report became valid.

    Nights and weekends count. In UTC: adding to a local time would gain or lose an hour when clocks change.
    """
    return valid_at.astimezone(UTC) + time_limit


@dataclass(frozen=True, slots=True)
class DeadlinePolicy:
    """How long before a deadline a warning is sent and the uploads are hidden."""

    warn_before: timedelta
    """How long before the deadline an undecided case raises a warning."""
    hide_before: timedelta
    """How long before the deadline its uploads are hidden. Longer than the time between two runs, so that
    they are hidden by the deadline."""

    def should_warn(self, deadline: datetime | None, now: datetime) -> bool:
        return deadline is not None and now >= deadline - self.warn_before

    def should_hide(self, deadline: datetime | None, now: datetime) -> bool:
        return deadline is not None and now >= deadline - self.hide_before


def queue_sort_key(deadline: datetime | None, case_id: str) -> str:
    """Return the sort key of the review queue: the nearest deadline first, then the older case."""
    moment = deadline.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") if deadline is not None else NO_DEADLINE
    return f"{moment}#{case_id}"

"""When a case must be decided: wall-clock, in UTC, to the second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NO_DEADLINE = "9999-12-31T23:59:59"
"""Sorts after every deadline: a case without a valid report waits behind those with one."""


def removal_deadline(valid_at: datetime, allowed: timedelta) -> datetime:
    """The statutory moment: `allowed` after the report became valid; nights and weekends count.

    In UTC, since adding to a local time would gain or lose the hour by which clocks are changed meanwhile.
    """
    return valid_at.astimezone(UTC) + allowed


def queue_order(deadline: datetime | None, case_id: str) -> str:
    """The sort key of the reviewers' queue: nearest deadline first, then the older case."""
    moment = deadline.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") if deadline is not None else NO_DEADLINE
    return f"{moment}#{case_id}"

"""The metrics of a period, from the counters, without a table scan."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from staydown.aws.stack import Stack
from staydown.domain.errors import InvalidRequest
from staydown.domain.metrics_summary import MetricsSummary, queue_metrics, sum_counters

MAX_PERIOD = timedelta(days=366)
DEFAULT_PERIOD = timedelta(days=29)
"""Days before the last one: the default period has 30 days."""
_YEARS = range(2000, 2200)


def view_metrics(stack: Stack, *, first: date | None, last: date | None) -> MetricsSummary:
    """Return the metrics of the days from `first` to `last`, in UTC; by default of the last 30 days.

    Raise InvalidRequest for a period that ends before it begins, or has more than 366 days.
    """
    last = last or stack.now().date()
    if last.year not in _YEARS or (first is not None and first.year not in _YEARS):
        raise InvalidRequest("There are no metrics for that year.")
    first = first or last - DEFAULT_PERIOD
    if not first <= last < first + MAX_PERIOD:
        raise InvalidRequest(
            "The period ends before it begins, or has more than 366 days.",
            pointers={"query parameter to": "not before `from`, and within 366 days of it"},
        )
    days: dict[date, Counter[str]] = {}
    reviewers: dict[str, Counter[str]] = {}
    for counted in stack.metrics.list_counters(first, last):
        if counted.reviewer is None:
            days[counted.day] = Counter(counted.counters)
        else:
            reviewers.setdefault(counted.reviewer, Counter()).update(counted.counters)
    current = stack.metrics.current_counters()
    now = stack.now()
    return MetricsSummary(
        first=first,
        last=last,
        now=now,
        total=sum_counters(days.values()),
        days=days,
        reviewers=reviewers,
        cases=current.get("cases", {}),
        queue=queue_metrics(current, now),
    )

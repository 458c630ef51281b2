"""Metrics of a period and of the current queue, computed from the counters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from staydown.domain.metrics import QUARTER_HOUR

QUEUE_AGE_BOUNDS = (6, 24, 48)
"""The upper bounds of the age groups of the queue, in hours."""


@dataclass(frozen=True, slots=True)
class DurationStats:
    """Statistics of a duration, to 15 minutes."""

    count: int
    """The number of measurements."""
    median_hours: float | None
    """The median in hours; None: no measurements."""
    ninetieth_hours: float | None
    """The 90th percentile in hours; None: no measurements."""


@dataclass(frozen=True, slots=True)
class QueueMetrics:
    """The undecided cases now, with ages to the hour."""

    waiting: int
    """The number of undecided cases."""
    overdue: int
    """The number of cases whose deadline has passed."""
    median_hours: float | None
    """The median age in hours; None: no cases."""
    oldest_hours: float | None
    """The age of the oldest case in hours; None: no cases."""
    by_age: tuple[tuple[int | None, int], ...]
    """The upper bound of each age group in hours (None: no bound), and its number of cases."""


def counters_with_prefix(counters: Mapping[str, int], prefix: str) -> dict[str, int]:
    """Return the counters whose name has a prefix, by the rest of the name."""
    return {n.removeprefix(prefix): by for n, by in sorted(counters.items()) if n.startswith(prefix)}


def sum_counters(counted: Iterable[Mapping[str, int]]) -> Counter[str]:
    """Return the sums of several sets of counters."""
    result: Counter[str] = Counter()
    for counters in counted:
        result.update(counters)
    return result


def duration_stats(counters: Mapping[str, int], prefix: str) -> DurationStats:
    """Return the statistics of a duration.

    prefix: of the counters whose names end in the duration in units of 15 minutes.
    """
    by_quarters = {int(quarters): by for quarters, by in counters_with_prefix(counters, prefix).items()}
    hours = QUARTER_HOUR.total_seconds() / 3600
    points = {at * hours: by for at, by in by_quarters.items()}
    return DurationStats(sum(points.values()), quantile(points, 0.5), quantile(points, 0.9))


def quantile(points: Mapping[float, int], share: float) -> float | None:
    """Return the smallest value that at least this share (0 to 1) does not exceed; None without points."""
    target = share * sum(points.values())
    cumulated = 0
    for value, count in sorted(points.items()):
        cumulated += count
        if cumulated >= target:
            return value
    return None


def proportion(part: int, other: int) -> float | None:
    """Return the share of `part` in both together, 0 to 1; None if both are 0."""
    return part / (part + other) if part + other else None


def queue_metrics(current_counters: Mapping[str, Mapping[str, int]], now: datetime) -> QueueMetrics:
    """Return the metrics of the queue. current_counters: by key, as the metrics store returns them."""
    ages: Counter[float] = Counter()
    for hour, by in _cases_by_hour(current_counters, "opened#").items():
        # The age counts from the middle of the hour in which the case was opened.
        ages[max(0.0, round((now - hour).total_seconds() / 3600 - 0.5, 2))] += by
    overdue = sum(
        by
        for hour, by in _cases_by_hour(current_counters, "due#").items()
        if (now - hour).total_seconds() >= 3600
    )
    bounds: tuple[int | None, ...] = (*QUEUE_AGE_BOUNDS, None)
    lower = (-1, *QUEUE_AGE_BOUNDS)
    by_age = tuple(
        (upto, sum(by for age, by in ages.items() if least < age and (upto is None or age <= upto)))
        for least, upto in zip(lower, bounds, strict=True)
    )
    oldest = max(ages, default=None)
    return QueueMetrics(ages.total(), overdue, quantile(ages, 0.5), oldest, by_age)


def _cases_by_hour(current_counters: Mapping[str, Mapping[str, int]], prefix: str) -> dict[datetime, int]:
    return {
        datetime.fromisoformat(name.removeprefix(prefix) + ":00:00+00:00"): counters["cases"]
        for name, counters in current_counters.items()
        if name.startswith(prefix) and counters.get("cases")
    }


@dataclass(frozen=True, slots=True)
class MetricsSummary:
    """The metrics of a period, and of the current state."""

    first: date
    """The first day of the period, UTC."""
    last: date
    """The last day of the period, UTC."""
    now: datetime
    """The time of the current state."""
    total: Mapping[str, int]
    """The counters of the whole period."""
    days: Mapping[date, Mapping[str, int]]
    """The counters of each day that has any."""
    reviewers: Mapping[str, Mapping[str, int]]
    """The counters of each reviewer in the period, by reviewer id."""
    cases: Mapping[str, int]
    """The number of cases now, by state."""
    queue: QueueMetrics
    """The undecided cases now."""

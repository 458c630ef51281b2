"""What the counters come to: the figures of a period, and of this moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from staydown.domain.metrics import QUARTER_HOUR

QUEUE_AGE_BOUNDS = (6, 24, 48)
"""Hours by which the age of the queue is told."""


@dataclass(frozen=True, slots=True)
class DurationStats:
    """How long something took; to a quarter of an hour, in hours. None where nothing was counted."""

    count: int
    median_hours: float | None
    ninetieth_hours: float | None


@dataclass(frozen=True, slots=True)
class QueueMetrics:
    """Undecided cases, to the hour. by_age: up to so many hours (None: older), and how many."""

    waiting: int
    overdue: int
    median_hours: float | None
    oldest_hours: float | None
    by_age: tuple[tuple[int | None, int], ...]


def counters_with_prefix(counters: Mapping[str, int], prefix: str) -> dict[str, int]:
    """The counters of one kind, by what follows the prefix."""
    return {n.removeprefix(prefix): by for n, by in sorted(counters.items()) if n.startswith(prefix)}


def sum_counters(counted: Iterable[Mapping[str, int]]) -> Counter[str]:
    result: Counter[str] = Counter()
    for counters in counted:
        result.update(counters)
    return result


def duration_stats(counters: Mapping[str, int], prefix: str) -> DurationStats:
    """prefix: of counters named by how many quarters of an hour it took."""
    by_quarters = {int(quarters): by for quarters, by in counters_with_prefix(counters, prefix).items()}
    hours = QUARTER_HOUR.total_seconds() / 3600
    points = {at * hours: by for at, by in by_quarters.items()}
    return DurationStats(sum(points.values()), quantile(points, 0.5), quantile(points, 0.9))


def quantile(points: Mapping[float, int], share: float) -> float | None:
    """The least value that at least this share does not exceed."""
    wanted = share * sum(points.values())
    seen = 0
    for value, by in sorted(points.items()):
        seen += by
        if seen >= wanted:
            return value
    return None


def proportion(part: int, other: int) -> float | None:
    """part of both together, 0 to 1; None of nothing."""
    return part / (part + other) if part + other else None


def queue_metrics(current_counters: Mapping[str, Mapping[str, int]], now: datetime) -> QueueMetrics:
    """moment: as FiguresStore.now gives it."""
    ages: Counter[float] = Counter()
    for hour, by in _cases_by_hour(current_counters, "opened#").items():
        # Counted from the middle of the hour it was opened in.
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
    """first, last: the days (UTC) of the period. total: its counters; days: those of each day in which
    something was counted; reviewers: those of each reviewer, by id. cases (by state) and queue: at now."""

    first: date
    last: date
    now: datetime
    total: Mapping[str, int]
    days: Mapping[date, Mapping[str, int]]
    reviewers: Mapping[str, Mapping[str, int]]
    cases: Mapping[str, int]
    queue: QueueMetrics

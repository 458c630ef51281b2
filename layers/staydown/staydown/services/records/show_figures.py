"""The figures of a period, from the counters; nothing is scanned for them."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from staydown.aws.stack import Stack
from staydown.domain.errors import InvalidRequest
from staydown.domain.summary import Figures, queue, total

LONGEST = timedelta(days=366)
USUAL = timedelta(days=29)
_YEARS = range(2000, 2200)


def show_figures(stack: Stack, *, first: date | None, last: date | None) -> Figures:
    """first, last: days in UTC; absent: up to today, and thirty of them.

    InvalidRequest for a period that ends before it begins, or is longer than a year.
    """
    last = last or stack.now().date()
    if last.year not in _YEARS or (first is not None and first.year not in _YEARS):
        raise InvalidRequest("There are no figures of that year.")
    first = first or last - USUAL
    if not first <= last < first + LONGEST:
        raise InvalidRequest(
            "The period ends before it begins, or has more than 366 days.",
            pointers={"query parameter to": "not before `from`, and within 366 days of it"},
        )
    days: dict[date, Counter[str]] = {}
    reviewers: dict[str, Counter[str]] = {}
    for counted in stack.figures.days(first, last):
        if counted.reviewer is None:
            days[counted.day] = Counter(counted.counters)
        else:
            reviewers.setdefault(counted.reviewer, Counter()).update(counted.counters)
    moment = stack.figures.now()
    now = stack.now()
    return Figures(
        first=first,
        last=last,
        now=now,
        total=total(days.values()),
        days=days,
        reviewers=reviewers,
        cases=moment.get("cases", {}),
        queue=queue(moment, now),
    )

"""Statutory deadlines do not depend on clock changes or calendars."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.cases.deadlines import queue_sort_key, removal_deadline

from tests.domain.strategies import moments

TWO_DAYS = timedelta(hours=48)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("valid_at", "deadline"),
    [
        (datetime(2027, 3, 27, 23, 30, tzinfo=UTC), datetime(2027, 3, 29, 23, 30, tzinfo=UTC)),
        (datetime(2028, 2, 28, 8, tzinfo=UTC), datetime(2028, 3, 1, 8, tzinfo=UTC)),
        (datetime(2027, 2, 27, 8, tzinfo=UTC), datetime(2027, 3, 1, 8, tzinfo=UTC)),
        (datetime(2027, 12, 31, 0, 0, 1, tzinfo=UTC), datetime(2028, 1, 2, 0, 0, 1, tzinfo=UTC)),
    ],
)
def test_deadline_counts_nights_weekends_and_leap_days(valid_at: datetime, deadline: datetime) -> None:
    assert removal_deadline(valid_at, TWO_DAYS) == deadline


@pytest.mark.parametrize("month_and_day", [(3, 27), (10, 30)])
@pytest.mark.law("US3")
def test_deadline_is_48_hours_across_clock_changes(month_and_day: tuple[int, int]) -> None:
    valid_at = datetime(2027, *month_and_day, 12, tzinfo=BERLIN)
    deadline = removal_deadline(valid_at, TWO_DAYS)
    assert deadline.astimezone(UTC) - valid_at.astimezone(UTC) == TWO_DAYS


@given(moments, st.integers(1, 168), st.integers(-12, 14))
def test_deadline_does_not_depend_on_the_time_zone(at: datetime, hours: int, offset: int) -> None:
    there = at.astimezone(timezone(timedelta(hours=offset)))
    allowed = timedelta(hours=hours)
    assert removal_deadline(there, allowed) == removal_deadline(at, allowed) == at + allowed
    assert queue_sort_key(there, "c") == queue_sort_key(at, "c")


@given(moments, moments, st.uuids(), st.uuids())
def test_queue_is_ordered_by_deadline_to_the_second(
    one: datetime, other: datetime, first: object, second: object
) -> None:
    if one.replace(microsecond=0) < other.replace(microsecond=0):
        assert queue_sort_key(one, str(first)) < queue_sort_key(other, str(second))


@given(moments, st.uuids(), st.uuids())
def test_case_without_deadline_sorts_last(deadline: datetime, first: object, second: object) -> None:
    assert queue_sort_key(deadline, str(first)) < queue_sort_key(None, str(second))

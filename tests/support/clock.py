"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


class Clock:
    """What a Stack asks for the time."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> datetime:
        """As the keywords of timedelta; the new time."""
        self.now += timedelta(**by)
        return self.now

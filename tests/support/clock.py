"""A clock that only tests advance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


class Clock:
    """The clock of a Stack."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> datetime:
        """Advance by the keywords of timedelta and return the new time."""
        self.now += timedelta(**by)
        return self.now

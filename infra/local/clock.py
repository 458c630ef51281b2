"""The clock of the local functions: the real time, plus the time by which it was advanced.

Only the functions use it. Tokens, presigned URLs and throttles use the real time.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from infra.local.http_events import Request, Response

CLOCK_PATH = "/local/clock"


class LocalClock:
    def __init__(self) -> None:
        self._offset = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def advance(self, by: timedelta) -> datetime:
        """Advance the clock and return the new time. Raise ValueError for a negative duration."""
        if by < timedelta():
            raise ValueError("the clock cannot go back")
        self._offset += by
        return self()

    def handle(self, request: Request) -> Response:
        """Return the time. POST {"advance_seconds": n} advances the clock first."""
        try:
            if request.method == "POST":
                self.advance(timedelta(seconds=float(json.loads(request.body)["advance_seconds"])))
        except (ValueError, KeyError, TypeError, OverflowError):
            return _json_response(422, {"detail": 'POST {"advance_seconds": n} with a number n of 0 or more'})
        return _json_response(200, {"now": self().isoformat()})


def _json_response(status: int, content: dict[str, str]) -> Response:
    return Response(status, json.dumps(content).encode(), (("content-type", "application/json"),))

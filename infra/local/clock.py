"""The clock of the functions on this machine: the real one, and as far ahead of it as somebody has moved it.

Nothing else follows it: tokens, signed links and throttles go by the real time.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from infra.local.http_events import Request, Response

CLOCK_PATH = "/local/clock"


class LocalClock:
    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def advance(self, by: timedelta) -> datetime:
        """Move it on; the new time. ValueError for a move back: no clock that deadlines go by does that."""
        if by < timedelta():
            raise ValueError("a clock goes forwards")
        self._ahead += by
        return self()

    def handle(self, request: Request) -> Response:
        """GET: the time. POST {"advance_seconds": n}: move it on, then the time."""
        try:
            if request.method == "POST":
                self.advance(timedelta(seconds=float(json.loads(request.body)["advance_seconds"])))
        except (ValueError, KeyError, TypeError, OverflowError):
            return _json_response(422, {"detail": 'POST {"advance_seconds": a number, 0 or more}'})
        return _json_response(200, {"now": self().isoformat()})


def _json_response(status: int, content: dict[str, str]) -> Response:
    return Response(status, json.dumps(content).encode(), (("content-type", "application/json"),))

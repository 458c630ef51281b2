"""Throttling as API Gateway does it: a token bucket for each route."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class TokenBucket:
    """rate: tokens that come back a second. burst: how many it holds. clock: seconds, monotonic."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._tokens = float(burst)
        self._at = clock()
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Take one token; False when there is none."""
        with self._lock:
            now = self._clock()
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
            self._at = now
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True

"""Retries after conflicts of concurrent changes."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from staydown.domain.errors import ConcurrentChange

P = ParamSpec("P")
R = TypeVar("R")

MAX_ATTEMPTS = 8
"""How often an operation runs at most."""


def retry_on_conflict(operation: Callable[P, R]) -> Callable[P, R]:
    """Run an operation again, reads included, when another change came between its reads and its commit.

    After MAX_ATTEMPTS the ConcurrentChange is raised: an API caller gets a 409, and a message is retried.
    """

    @functools.wraps(operation)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(MAX_ATTEMPTS - 1):
            try:
                return operation(*args, **kwargs)
            except ConcurrentChange:
                time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 (only spreads the attempts)
        return operation(*args, **kwargs)

    return run

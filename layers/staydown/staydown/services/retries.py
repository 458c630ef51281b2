"""Trying again after somebody else was faster."""

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


def retry_on_conflict(operation: Callable[P, R]) -> Callable[P, R]:
    """Run a use case again, from its reading on, when what it read had changed before it wrote.

    After ATTEMPTS tries the ConcurrentChange goes out: a caller gets a 409, a message comes again.
    """

    @functools.wraps(operation)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(MAX_ATTEMPTS - 1):
            try:
                return operation(*args, **kwargs)
            except ConcurrentChange:
                time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 (only spreads the tries)
        return operation(*args, **kwargs)

    return run

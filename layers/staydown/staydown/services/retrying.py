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

ATTEMPTS = 8


def retried(use_case: Callable[P, R]) -> Callable[P, R]:
    """Run a use case again, from its reading on, when what it read had changed before it wrote.

    After ATTEMPTS tries the ConcurrentChange goes out: a caller gets a 409, a message comes again.
    """

    @functools.wraps(use_case)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(ATTEMPTS - 1):
            try:
                return use_case(*args, **kwargs)
            except ConcurrentChange:
                time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 (only spreads the tries)
        return use_case(*args, **kwargs)

    return run

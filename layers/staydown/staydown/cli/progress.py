"""Progress on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

_QUIET_SECONDS = 1.0
"""A run on a terminal that takes less time shows no progress."""
_TERMINAL_SECONDS, _LOG_SECONDS = 0.2, 10.0


def with_progress(verb: str, results: Iterable[T], count: int, *, quiet: bool) -> Iterator[T]:
    """Yield the results, and print how many of `count` there are.

    On a terminal one line is updated; elsewhere a line is added every ten seconds.
    """
    if quiet:
        yield from results
        return
    is_terminal = sys.stderr.isatty()
    started = time.monotonic()
    due = started + (_QUIET_SECONDS if is_terminal else _LOG_SECONDS)
    is_shown = False
    try:
        for done, result in enumerate(results, 1):
            yield result
            now = time.monotonic()
            if now < due and not (is_shown and done == count):
                continue
            due = now + (_TERMINAL_SECONDS if is_terminal else _LOG_SECONDS)
            is_shown = True
            line = f"{verb} {done} of {count} files, {done / (now - started):.0f} per second"
            print(
                f"\r\x1b[K{line}" if is_terminal else line,
                end="" if is_terminal else "\n",
                file=sys.stderr,
                flush=True,
            )
    finally:
        if is_shown and is_terminal:
            print(file=sys.stderr)

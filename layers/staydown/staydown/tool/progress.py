"""How far the work has come, on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

_QUIET_SECONDS = 1.0
"""What is done by then needs no progress shown."""
_TERMINAL_SECONDS, _LOG_SECONDS = 0.2, 10.0


def with_progress(what: str, answers: Iterable[T], count: int, *, quiet: bool) -> Iterator[T]:
    """The answers; meanwhile how many of `count` there were: on a terminal as a line that is written over,
    elsewhere as a line now and then."""
    if quiet:
        yield from answers
        return
    terminal = sys.stderr.isatty()
    started = time.monotonic()
    due = started + (_QUIET_SECONDS if terminal else _LOG_SECONDS)
    told = False
    try:
        for done, answer in enumerate(answers, 1):
            yield answer
            now = time.monotonic()
            if now < due and not (told and done == count):
                continue
            due = now + (_TERMINAL_SECONDS if terminal else _LOG_SECONDS)
            told = True
            line = f"{what}: {done} of {count}, {done / (now - started):.0f} a second"
            print(
                f"\r\x1b[K{line}" if terminal else line,
                end="" if terminal else "\n",
                file=sys.stderr,
                flush=True,
            )
    finally:
        if told and terminal:
            print(file=sys.stderr)

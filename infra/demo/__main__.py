"""`make demo`: brings the local stack up, plays the story, says what was observed.

Exit status 0 when every step was as it should be, 1 otherwise. NO_COLOR=1 leaves out colours, which only a
terminal gets anyway; LOG_LEVEL (ERROR) is what the functions log.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from typing import Any

from infra.demo.cast import Cast
from infra.demo.in_time import IN_TIME, REFUSED
from infra.demo.reporting import JUDGED, POSTED, REPORTED
from infra.demo.staying_down import CLAIMED_ONLY, COPIES_STOPPED
from infra.demo.steps import play
from infra.demo.undoing import APPEALED, ON_RECORD
from infra.local.stack import LocalStack

STORY = (POSTED, REPORTED, JUDGED, COPIES_STOPPED, CLAIMED_ONLY, APPEALED, ON_RECORD, IN_TIME, REFUSED)


def main(parameters: Mapping[str, Any] | None = None) -> int:
    """parameters: of the template, instead of their defaults."""
    started = time.monotonic()
    log_level = {"LogLevel": os.environ.get("LOG_LEVEL", "ERROR")}
    values = {**log_level, **(parameters or {})}
    with LocalStack(background=True, parameters=values, report=_Complaints().hear) as stack:
        if missing := stack.load_functions():
            print(f"these functions can't be loaded: {', '.join(missing)}", file=sys.stderr)
            return 1
        _say(f"the stack of template.yaml, on this machine: {stack.api_url} (API), {stack.endpoint} (S3)")
        _say(f"up after {time.monotonic() - started:.1f} s")
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        return 1 if play(STORY, Cast(stack.description()), _say, colour=colour) else 0


def _say(line: str) -> None:
    print(line, flush=True)


class _Complaints:
    """What the stack itself has to say goes beside the story, each thing once: what is broken is tried again
    and again."""

    def __init__(self) -> None:
        self._heard: set[str] = set()

    def hear(self, line: str) -> None:
        if line not in self._heard:
            self._heard.add(line)
            print(f"stack: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

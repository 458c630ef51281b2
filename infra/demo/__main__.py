"""`make demo`: starts the local stack, plays the demo and prints what each step observed.

The exit status is 0 if every step passed, else 1. NO_COLOR=1 turns off colours, which only a terminal gets.
LOG_LEVEL (default ERROR) sets the log level of the functions.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from typing import Any

from infra.demo.actors import Actors
from infra.demo.altered_copies import COPIES_BLOCKED, UNVERIFIED_HASH
from infra.demo.appeals import APPEAL_GRANTED, AUDITED
from infra.demo.deadlines import DEADLINE_MISSED, DISMISSAL_APPEALED
from infra.demo.reporting import DECIDED, POSTED, REPORTED
from infra.demo.steps import run_chapters
from infra.local.stack import LocalStack

CHAPTERS = (
    POSTED,
    REPORTED,
    DECIDED,
    COPIES_BLOCKED,
    UNVERIFIED_HASH,
    APPEAL_GRANTED,
    AUDITED,
    DEADLINE_MISSED,
    DISMISSAL_APPEALED,
)


def main(parameters: Mapping[str, Any] | None = None) -> int:
    """Run the demo and return the exit status. parameters: template parameters that replace the defaults."""
    started = time.monotonic()
    log_level = {"LogLevel": os.environ.get("LOG_LEVEL", "ERROR")}
    values = {**log_level, **(parameters or {})}
    with LocalStack(background=True, parameters=values, report=_DistinctMessages().print_once) as stack:
        if missing := stack.load_functions():
            print(f"functions that cannot be loaded: {', '.join(missing)}", file=sys.stderr)
            return 1
        _print_line(f"local stack of template.yaml: API {stack.api_url}, S3 {stack.endpoint}")
        _print_line(f"started in {time.monotonic() - started:.1f} s")
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        return 1 if run_chapters(CHAPTERS, Actors(stack.description()), _print_line, colour=colour) else 0


def _print_line(line: str) -> None:
    print(line, flush=True)


class _DistinctMessages:
    """Prints each message of the stack to stderr once: the stack retries failures and repeats messages."""

    def __init__(self) -> None:
        self._printed: set[str] = set()

    def print_once(self, line: str) -> None:
        if line not in self._printed:
            self._printed.add(line)
            print(f"stack: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

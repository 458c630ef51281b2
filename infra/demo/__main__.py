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
    """parameters: of the template, instead of their defaults."""
    started = time.monotonic()
    log_level = {"LogLevel": os.environ.get("LOG_LEVEL", "ERROR")}
    values = {**log_level, **(parameters or {})}
    with LocalStack(background=True, parameters=values, report=_DistinctMessages().print_once) as stack:
        if missing := stack.load_functions():
            print(f"these functions can't be loaded: {', '.join(missing)}", file=sys.stderr)
            return 1
        _print_line(
            f"the stack of template.yaml, on this machine: {stack.api_url} (API), {stack.endpoint} (S3)"
        )
        _print_line(f"up after {time.monotonic() - started:.1f} s")
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        return 1 if run_chapters(CHAPTERS, Actors(stack.description()), _print_line, colour=colour) else 0


def _print_line(line: str) -> None:
    print(line, flush=True)


class _DistinctMessages:
    """What the stack itself has to say goes beside the story, each thing once: what is broken is tried again
    and again."""

    def __init__(self) -> None:
        self._heard: set[str] = set()

    def print_once(self, line: str) -> None:
        if line not in self._heard:
            self._heard.add(line)
            print(f"stack: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

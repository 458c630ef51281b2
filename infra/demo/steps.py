"""Run the steps of a demo and report what each observed and whether it passed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import requests
from botocore.exceptions import BotoCoreError, ClientError

P = TypeVar("P")
T = TypeVar("T")


class StepFailed(Exception):
    """A step observed something other than expected. The message says both."""


class StepResults(dict[str, Any]):
    """Values that earlier steps store for later ones."""

    def __missing__(self, name: str) -> Any:
        raise StepFailed(f"not tried: no {name.replace('_', ' ')}, because an earlier step failed")


@dataclass(frozen=True, slots=True)
class Step(Generic[P]):
    """One step of the demo."""

    title: str
    """A short sentence: an action or an expectation."""
    do: Callable[[P], str]
    """Performs the step and returns what it observed. Raises StepFailed, or the error of a failed request."""


@dataclass(frozen=True, slots=True)
class Chapter(Generic[P]):
    title: str
    steps: tuple[Step[P], ...]


def expect(holds: bool, observed: str, *, expected: str) -> str:
    """Return what was observed if the condition holds. Otherwise raise StepFailed with both texts."""
    if not holds:
        raise StepFailed(f"{observed}; expected: {expected}")
    return observed


def exactly_one(items: Sequence[T], what: str) -> T:
    """Return the only item. Raise StepFailed if there is not exactly one. what: the items, in the plural."""
    if len(items) != 1:
        raise StepFailed(f"{len(items)} {what}; expected: one")
    return items[0]


def run_chapters(
    chapters: Sequence[Chapter[P]], actors: P, print_line: Callable[[str], None], *, colour: bool
) -> int:
    """Run every step, even after a failure, and return the number of failed steps.

    The last printed line states how many steps passed.
    """
    started = time.monotonic()
    total = sum(len(chapter.steps) for chapter in chapters)
    number = 0
    failures: list[str] = []
    for chapter in chapters:
        print_line(f"\n{_coloured(chapter.title, '1', colour)}")
        for step in chapter.steps:
            number += 1
            print_line(f"[{number:2}/{total}] {step.title}")
            try:
                print_line(f"        {step.do(actors)}")
            except (StepFailed, requests.RequestException, ClientError, BotoCoreError) as error:
                observed = str(error) if isinstance(error, StepFailed) else f"{type(error).__name__}: {error}"
                print_line(_coloured(f"  FAILED {observed}", "31", colour))
                failures.append(f"[{number:2}/{total}] {step.title}: {observed}")
    print_line("")
    for line in failures:
        print_line(_coloured(f"FAILED {line}", "31", colour))
    seconds = time.monotonic() - started
    print_line(f"finished in {seconds:.1f} s")
    print_line(f"{total - len(failures)} of {total} steps passed")
    return len(failures)


def _coloured(text: str, code: str, colour: bool) -> str:
    return f"\033[{code}m{text}\033[0m" if colour else text

"""Playing a list of steps: what was observed in each, and whether it is as it should be."""

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
    """Something is not as it should be. Its text is what was observed."""


class StepResults(dict[str, Any]):
    """What earlier steps left for later ones."""

    def __missing__(self, name: str) -> Any:
        raise StepFailed(f"could not be tried: no {name.replace('_', ' ')}, an earlier step went wrong")


@dataclass(frozen=True, slots=True)
class Step(Generic[P]):
    """title: what somebody does, or what should be so. do: does it, and returns what was observed in words;
    raises Wrong, or lets a failed request through."""

    title: str
    do: Callable[[P], str]


@dataclass(frozen=True, slots=True)
class Chapter(Generic[P]):
    title: str
    steps: tuple[Step[P], ...]


def expect(holds: bool, observed: str, *, expected: str) -> str:
    """What was observed, if it is so; otherwise Wrong, with what it should be. Both in words."""
    if not holds:
        raise StepFailed(f"{observed}; should be: {expected}")
    return observed


def exactly_one(items: Sequence[T], what: str) -> T:
    """The one thing that should be there; otherwise Wrong. what: in the plural."""
    if len(items) != 1:
        raise StepFailed(f"{len(items)} {what}; should be: one")
    return items[0]


def run_chapters(
    chapters: Sequence[Chapter[P]], actors: P, print_line: Callable[[str], None], *, colour: bool
) -> int:
    """Play every step, whatever became of those before it. Return how many were not as they should be.

    The last line says how many steps were.
    """
    started = time.monotonic()
    total = sum(len(chapter.steps) for chapter in chapters)
    number = 0
    wrong: list[str] = []
    for chapter in chapters:
        print_line(f"\n{_coloured(chapter.title, '1', colour)}")
        for step in chapter.steps:
            number += 1
            print_line(f"[{number:2}/{total}] {step.title}")
            try:
                print_line(f"        {step.do(actors)}")
            except (StepFailed, requests.RequestException, ClientError, BotoCoreError) as error:
                observed = str(error) if isinstance(error, StepFailed) else f"{type(error).__name__}: {error}"
                print_line(_coloured(f"  WRONG {observed}", "31", colour))
                wrong.append(f"[{number:2}/{total}] {step.title}: {observed}")
    print_line("")
    for line in wrong:
        print_line(_coloured(f"WRONG {line}", "31", colour))
    seconds = time.monotonic() - started
    print_line(f"after {seconds:.1f} s")
    print_line(f"{total - len(wrong)} of {total} steps as they should be")
    return len(wrong)


def _coloured(text: str, code: str, colour: bool) -> str:
    return f"\033[{code}m{text}\033[0m" if colour else text

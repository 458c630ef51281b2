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


class Wrong(Exception):
    """Something is not as it should be. Its text is what was observed."""


class Notes(dict[str, Any]):
    """What earlier steps left for later ones."""

    def __missing__(self, name: str) -> Any:
        raise Wrong(f"could not be tried: no {name.replace('_', ' ')}, an earlier step went wrong")


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


def check(holds: bool, observed: str, *, should: str) -> str:
    """What was observed, if it is so; otherwise Wrong, with what it should be. Both in words."""
    if not holds:
        raise Wrong(f"{observed}; should be: {should}")
    return observed


def only(found: Sequence[T], what: str) -> T:
    """The one thing that should be there; otherwise Wrong. what: in the plural."""
    if len(found) != 1:
        raise Wrong(f"{len(found)} {what}; should be: one")
    return found[0]


def play(chapters: Sequence[Chapter[P]], player: P, say: Callable[[str], None], *, colour: bool) -> int:
    """Play every step, whatever became of those before it. Return how many were not as they should be.

    The last line says how many steps were.
    """
    started = time.monotonic()
    total = sum(len(chapter.steps) for chapter in chapters)
    number = 0
    wrong: list[str] = []
    for chapter in chapters:
        say(f"\n{_painted(chapter.title, '1', colour)}")
        for step in chapter.steps:
            number += 1
            say(f"[{number:2}/{total}] {step.title}")
            try:
                say(f"        {step.do(player)}")
            except (Wrong, requests.RequestException, ClientError, BotoCoreError) as error:
                observed = str(error) if isinstance(error, Wrong) else f"{type(error).__name__}: {error}"
                say(_painted(f"  WRONG {observed}", "31", colour))
                wrong.append(f"[{number:2}/{total}] {step.title}: {observed}")
    say("")
    for line in wrong:
        say(_painted(f"WRONG {line}", "31", colour))
    seconds = time.monotonic() - started
    say(f"after {seconds:.1f} s")
    say(f"{total - len(wrong)} of {total} steps as they should be")
    return len(wrong)


def _painted(text: str, code: str, colour: bool) -> str:
    return f"\033[{code}m{text}\033[0m" if colour else text

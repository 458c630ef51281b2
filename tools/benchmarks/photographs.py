"""The choice of photographs for a benchmark, and work over all cores."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from tools.photographs import photograph_names

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Photographs:
    """Names of photographs, in an order that the seed decides. banked: in the bank. others: never."""

    banked: tuple[str, ...]
    others: tuple[str, ...]

    def split_others(self, *counts: int) -> Iterator[tuple[str, ...]]:
        """Yield disjoint groups of the others with these sizes, all reduced alike if there are too few."""
        scale = min(1.0, len(self.others) / sum(counts))
        start = 0
        for count in counts:
            end = start + int(scale * count)
            yield self.others[start:end]
            start = end


def choose_photographs(count: int, seed: int, share: float = 0.5) -> Photographs:
    """Choose `count` banked photographs, but at most this share of all photographs."""
    names = photograph_names()
    random.Random(seed).shuffle(names)
    banked = min(count, int(share * len(names)))
    return Photographs(tuple(names[:banked]), tuple(names[banked:]))


def in_parallel(
    prepare: Callable[..., None],
    arguments: tuple[object, ...],
    work: Callable[[_Task], _Result],
    tasks: Iterable[_Task],
) -> Iterator[_Result]:
    """Yield the results of the tasks in order, over all cores. `prepare` runs once in each process."""
    with ProcessPoolExecutor(os.cpu_count(), initializer=prepare, initargs=arguments) as pool:
        yield from pool.map(work, tasks, chunksize=8)

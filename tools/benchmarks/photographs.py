"""The photographs that the benchmarks edit."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from PIL import Image

from tests.shared_data import SHARED

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Photographs:
    """Photographs by name, in an order that the seed decides: those banked, and those that never are."""

    banked: tuple[str, ...]
    others: tuple[str, ...]


def photographs(count: int, seed: int) -> Photographs:
    """`count` banked photographs; FileNotFoundError where the shared data is absent."""
    names = sorted(path.name for path in (SHARED / "photos").glob("*.jpg"))
    if not names:
        raise FileNotFoundError(SHARED / "photos")
    random.Random(seed).shuffle(names)
    return Photographs(tuple(names[:count]), tuple(names[count:]))


def file_of(name: str) -> bytes:
    return (SHARED / "photos" / name).read_bytes()


def picture_of(name: str) -> Image.Image:
    with Image.open(SHARED / "photos" / name) as image:
        return image.convert("RGB")


def in_parallel(
    prepare: Callable[..., None],
    arguments: tuple[object, ...],
    work: Callable[[_Task], _Result],
    tasks: Iterable[_Task],
) -> Iterator[_Result]:
    """The results of the tasks in their order, over all cores; `prepare` runs once in each process."""
    with ProcessPoolExecutor(os.cpu_count(), initializer=prepare, initargs=arguments) as pool:
        yield from pool.map(work, tasks, chunksize=8)

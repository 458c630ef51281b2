"""Putting a question to many files, in several processes, with the answers in the order of the files.

Not a `ProcessPoolExecutor`: that one gives up when one of its processes is killed, and can't tell which file
it was killed over. Here each process has one file at a time; when it dies, that file is known, another
process takes its place, and the rest goes on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import wait
from types import TracebackType
from typing import Protocol, Self, TypeVar

from staydown.tool.worker import Task, Worker, WorkerDied

T = TypeVar("T")
Setup = TypeVar("Setup")

WORKER_DIED = "reader_died"
"""The reason for a file over which a process was killed: out of memory, mostly."""
_MAX_FAILED_STARTS = 3


class WorkersFailed(Exception):
    """The processes end before they take any work."""


class TaskRunner(Protocol):
    """Puts a question to files."""

    def run(
        self,
        make: Callable[[Setup], Callable[[str], T]],
        setup: Setup,
        paths: Sequence[str],
        failed: Callable[[str, str], T],
    ) -> Iterator[T]:
        """The answer for each path, in their order, each as soon as it and all before it are there.

        make: a function of a module; it makes the question, once in each process. failed: the answer for a
        path over which a process died, and the reason. Raises WorkersFailed.
        """
        ...


class InProcessRunner:
    """For a few files, which take less time than starting a process does."""

    def run(
        self,
        make: Callable[[Setup], Callable[[str], T]],
        setup: Setup,
        paths: Sequence[str],
        failed: Callable[[str, str], T],
    ) -> Iterator[T]:
        ask = make(setup)
        yield from map(ask, paths)


class WorkerPool:
    """Up to `jobs` processes, started when there is work and kept for the next question."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._all: list[Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for worker in self._all:
            worker.stop()

    def run(
        self,
        make: Callable[[Setup], Callable[[str], T]],
        setup: Setup,
        paths: Sequence[str],
        failed: Callable[[str, str], T],
    ) -> Iterator[T]:
        question: Task[T] = Task(make, setup)
        ahead = deque(range(len(paths)))
        asked: dict[Worker, int] = {}
        answers: dict[int, T] = {}
        failed_starts = 0
        for following in range(len(paths)):
            while following not in answers:
                while ahead and (worker := self._idle_worker(asked)) is not None:
                    asked[worker] = ahead.popleft()
                    worker.send(question, paths[asked[worker]])
                for worker in _wait_for_results(asked):
                    number = asked.pop(worker)
                    try:
                        answers[number] = worker.receive(question)
                    except WorkerDied as died:
                        self._all.remove(worker)
                        if died.while_working:
                            answers[number] = failed(paths[number], WORKER_DIED)
                            continue
                        failed_starts += 1
                        if failed_starts == _MAX_FAILED_STARTS:
                            raise WorkersFailed("no process can be started that reads files") from None
                        ahead.appendleft(number)
            yield answers.pop(following)

    def _idle_worker(self, asked: dict[Worker, int]) -> Worker | None:
        """A worker that has nothing to do; a new one if there may be one more."""
        for worker in self._all:
            if worker not in asked:
                return worker
        if len(self._all) >= self._jobs:
            return None
        self._all.append(Worker())
        return self._all[-1]


def _wait_for_results(asked: dict[Worker, int]) -> list[Worker]:
    """Wait until at least one has an answer, or has died."""
    by_connection = {worker.connection: worker for worker in asked}
    return [by_connection[ready] for ready in wait(list(by_connection))]  # type: ignore[index]

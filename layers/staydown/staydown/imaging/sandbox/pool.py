"""Apply a function to many items in several child processes, with the results in the order of the items.

A `ProcessPoolExecutor` fails as a whole when one of its processes is killed, and does not say which item the
process was handling. Here each process handles one item at a time. When it dies, the item is known, another
process replaces it, and the other items are not affected.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import wait
from types import TracebackType
from typing import Protocol, Self, TypeVar

from staydown.imaging.sandbox.worker import Task, Worker, WorkerDied

Item = TypeVar("Item")
Setup = TypeVar("Setup")
T = TypeVar("T")

WORKER_DIED = "reader_died"
"""The reason for an item whose process was killed, mostly for lack of memory. Stable: the tool prints it."""
_MAX_FAILED_STARTS = 3


class WorkersFailed(Exception):
    """The child processes end before they handle any item."""


class TaskRunner(Protocol):
    """Applies a function to items."""

    def run(
        self,
        make: Callable[[Setup], Callable[[Item], T]],
        setup: Setup,
        items: Sequence[Item],
        failed: Callable[[Item, str], T],
    ) -> Iterator[T]:
        """Yield the result of each item, in their order, as soon as it and all earlier results are there.

        make: a module-level function that returns the function to apply; each process calls it once with
        `setup`. failed: returns the result of an item whose process died, from the item and the reason.
        Raises WorkersFailed.
        """
        ...


class InProcessRunner:
    """Runs the function in this process: faster for a few items, but a crash ends this process."""

    def run(
        self,
        make: Callable[[Setup], Callable[[Item], T]],
        setup: Setup,
        items: Sequence[Item],
        failed: Callable[[Item, str], T],
    ) -> Iterator[T]:
        """See `TaskRunner.run`; `failed` is never called."""
        yield from map(make(setup), items)


class WorkerPool:
    """Up to `jobs` child processes, started on demand and reused for the next run. A context manager."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._workers: list[Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.stop()

    def run(
        self,
        make: Callable[[Setup], Callable[[Item], T]],
        setup: Setup,
        items: Sequence[Item],
        failed: Callable[[Item, str], T],
    ) -> Iterator[T]:
        """See `TaskRunner.run`."""
        task: Task[Item, T] = Task(make, setup)
        pending = deque(range(len(items)))
        running: dict[Worker, int] = {}
        results: dict[int, T] = {}
        failed_starts = 0
        for next_result in range(len(items)):
            while next_result not in results:
                while pending and (worker := self._idle_worker(running)) is not None:
                    running[worker] = pending.popleft()
                    worker.send(task, items[running[worker]])
                for worker in _wait_for_results(running):
                    number = running.pop(worker)
                    try:
                        results[number] = worker.receive(task)
                    except WorkerDied as died:
                        self._workers.remove(worker)
                        if died.while_working:
                            results[number] = failed(items[number], WORKER_DIED)
                            continue
                        failed_starts += 1
                        if failed_starts == _MAX_FAILED_STARTS:
                            raise WorkersFailed("cannot start a worker process") from None
                        pending.appendleft(number)
            yield results.pop(next_result)

    def _idle_worker(self, running: dict[Worker, int]) -> Worker | None:
        """Return an idle worker, a new one if the pool may grow, or None."""
        for worker in self._workers:
            if worker not in running:
                return worker
        if len(self._workers) >= self._jobs:
            return None
        self._workers.append(Worker())
        return self._workers[-1]


def _wait_for_results(running: dict[Worker, int]) -> list[Worker]:
    """Wait until at least one worker has a result or has died; return all such workers."""
    by_connection = {worker.connection: worker for worker in running}
    return [by_connection[ready] for ready in wait(list(by_connection))]  # type: ignore[index]

"""One child process that handles the items of its parent."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
T = TypeVar("T")

_READY = "ready"
_STOP_SECONDS = 2


class WorkerDied(Exception):
    """The child process ended without a result."""

    def __init__(self, *, while_working: bool) -> None:
        super().__init__("while working" if while_working else "while starting")
        self.while_working = while_working
        """True if it had prepared the task and was handling an item; False if it ended before that."""


@dataclass(frozen=True, slots=True, eq=False)
class Task(Generic[Item, T]):
    """A function to apply to items in child processes. All its values are pickled."""

    make: Callable[[Any], Callable[[Item], T]]
    """A module-level function. Each process calls it once with `setup`; it returns the function to apply."""
    setup: Any
    """The argument of `make`."""


class Worker:
    """A child process, started with `spawn`: the threads of OpenCV and OpenBLAS do not survive a fork.

    It ends when its parent ends.
    """

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, child_connection = context.Pipe()
        self._task: Task[Any, Any] | None = None
        self._ready = False
        self._process = context.Process(target=_serve, args=(child_connection,), daemon=True)
        with _interrupts_blocked():
            self._process.start()
        child_connection.close()

    def send(self, task: Task[Item, T], item: Item) -> None:
        """Send one item. `connection` becomes readable when the result is there or the process has died."""
        try:
            if self._task is not task:
                self._ready = False
                self._task = task
                self.connection.send(task)
            self.connection.send(item)
        except (BrokenPipeError, ConnectionResetError):
            pass  # `receive` raises WorkerDied

    def receive(self, task: Task[Item, T]) -> T:
        """Wait for the result of the last item, and return it.

        Raises WorkerDied if the process has died; it is then stopped.
        """
        try:
            if not self._ready:
                self._ready = self.connection.recv() == _READY
            result: T = self.connection.recv()
        except (EOFError, ConnectionResetError):
            self.stop()
            raise WorkerDied(while_working=self._ready) from None
        return result

    def stop(self) -> None:
        """End the process: by SIGTERM, and after two seconds by SIGKILL."""
        self.connection.close()
        self._process.terminate()
        self._process.join(_STOP_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Block SIGINT, and let a process started meanwhile inherit the blocked signal.

    Ctrl-C reaches every process of a terminal, but the parent stops its children itself.
    """
    previous_mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, previous_mask)


def _serve(connection: Connection) -> None:
    # Decoders such as libtiff print warnings that do not name the file; the results state the error.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    handle: Callable[[Any], object] | None = None
    while True:
        try:
            message = connection.recv()
        except EOFError:
            return
        if isinstance(message, Task):
            handle = message.make(message.setup)
            connection.send(_READY)
        elif handle is not None:
            connection.send(handle(message))

"""One process that reads files for another."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

T = TypeVar("T")

_READY = "ready"
_STOP_SECONDS = 2


class WorkerDied(Exception):
    """The process ended. at_work: over a file; else before it had looked at any."""

    def __init__(self, *, while_working: bool) -> None:
        super().__init__("over a file" if while_working else "while starting")
        self.while_working = while_working


@dataclass(frozen=True, slots=True, eq=False)
class Task(Generic[T]):
    """make: a function of a module, which gets `setup` and gives what is asked of each path."""

    make: Callable[[Any], Callable[[str], T]]
    setup: Any


class Worker:
    """A process of its own, started anew (`spawn`) and not forked: threads of OpenCV and OpenBLAS don't
    survive a fork. It ends when this one does."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._question: Task[Any] | None = None
        self._ready = False
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        with _interrupts_blocked():
            self._process.start()
        theirs.close()

    def send(self, task: Task[T], path: str) -> None:
        """Give it one file; its `connection` is ready when there is an answer, or it has died."""
        try:
            if self._question is not task:
                self._ready = False
                self._question = task
                self.connection.send((task.make, task.setup))
            self.connection.send(path)
        except (BrokenPipeError, ConnectionResetError):
            pass  # `answer` says so

    def receive(self, task: Task[T]) -> T:
        """What it says of its file. Raises Died; the process is then gone."""
        try:
            if not self._ready:
                self._ready = self.connection.recv() == _READY
            found: T = self.connection.recv()
        except (EOFError, ConnectionResetError):
            self.stop()
            raise WorkerDied(while_working=self._ready) from None
        return found

    def stop(self) -> None:
        """It keeps nothing that it would have to save."""
        self.connection.close()
        self._process.terminate()
        self._process.join(_STOP_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Ctrl-C reaches every process of a terminal; who started them stops them. What is blocked here stays
    blocked in a process that is started meanwhile, and comes to this one a moment later."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(connection: Connection) -> None:
    # libtiff and others complain on standard error, of which file nobody can tell; the rows say it.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    ask: Callable[[str], object] | None = None
    while True:
        try:
            message = connection.recv()
        except EOFError:
            return
        if isinstance(message, str):
            if ask is not None:
                connection.send(ask(message))
            continue
        make, setup = message
        ask = make(setup)
        connection.send(_READY)

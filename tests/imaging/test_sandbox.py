"""The decoding sandbox: a killed process is replaced, and only the item it was handling fails."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest
from staydown.imaging.sandbox.pool import WORKER_DIED, InProcessRunner, WorkerPool, WorkersFailed


def doubling(fatal: str) -> Callable[[str], str]:
    """A function that doubles a text, and kills its process when it gets `fatal`."""

    def double(text: str) -> str:
        if text == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return text * 2

    return double


def exiting(_: object) -> Callable[[str], str]:
    """End the process instead of returning a function."""
    os._exit(3)


def failed(text: str, reason: str) -> str:
    return f"{text}: {reason}"


def process_id(_: object) -> Callable[[str], str]:
    """A function that returns the id of its process."""
    return lambda _: str(os.getpid())


LETTERS = list("abcdefghij")


@pytest.mark.parametrize("jobs", [1, 3])
def test_killed_process_fails_one_file(jobs: int) -> None:
    with WorkerPool(jobs) as workers:
        found = list(workers.run(doubling, "d", LETTERS, failed))
        assert found == [f"d: {WORKER_DIED}" if letter == "d" else letter * 2 for letter in LETTERS]
        again = list(workers.run(doubling, "", LETTERS, failed))
        assert again == [letter * 2 for letter in LETTERS]


def test_answers_are_streamed_before_later_files_are_read() -> None:
    with WorkerPool(1) as workers:
        answers = workers.run(doubling, "b", LETTERS, failed)
        assert next(answers) == "aa"


def test_processes_that_cannot_start_are_not_retried_forever() -> None:
    with WorkerPool(2) as workers, pytest.raises(WorkersFailed):
        list(workers.run(exiting, None, LETTERS, failed))


def test_single_process_gives_the_same_answers() -> None:
    assert list(InProcessRunner().run(doubling, "", LETTERS, failed)) == [letter * 2 for letter in LETTERS]


def test_no_process_is_left_behind() -> None:
    with WorkerPool(2) as workers:
        processes = list(workers.run(process_id, None, LETTERS, failed))
    for process in set(processes):
        with pytest.raises(ProcessLookupError):
            os.kill(int(process), 0)

"""Processes that read files: killed ones are replaced, and cost the file they were killed over alone."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest
from staydown.tool.workers import READER_DIED, InThisProcess, Workers, WorkersFailed


def doubling(fatal: str) -> Callable[[str], str]:
    """A question that kills whoever it asks about `fatal`."""

    def ask(path: str) -> str:
        if path == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return path * 2

    return ask


def never(_: object) -> Callable[[str], str]:
    """A question that can't be made."""
    os._exit(3)


def failed(path: str, reason: str) -> str:
    return f"{path}: {reason}"


def own_id(_: object) -> Callable[[str], str]:
    """The question which process it is."""
    return lambda _: str(os.getpid())


LETTERS = list("abcdefghij")


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_killed_process_costs_one_file(jobs: int) -> None:
    with Workers(jobs) as workers:
        found = list(workers.each(doubling, "d", LETTERS, failed))
        assert found == [f"d: {READER_DIED}" if letter == "d" else letter * 2 for letter in LETTERS]
        again = list(workers.each(doubling, "", LETTERS, failed))
        assert again == [letter * 2 for letter in LETTERS]


def test_an_answer_comes_before_later_files_are_read() -> None:
    with Workers(1) as workers:
        answers = workers.each(doubling, "b", LETTERS, failed)
        assert next(answers) == "aa"


def test_processes_that_cannot_start_are_not_started_for_ever() -> None:
    with Workers(2) as workers, pytest.raises(WorkersFailed):
        list(workers.each(never, None, LETTERS, failed))


def test_one_process_answers_the_same() -> None:
    assert list(InThisProcess().each(doubling, "", LETTERS, failed)) == [letter * 2 for letter in LETTERS]


def test_nobody_is_left_behind() -> None:
    with Workers(2) as workers:
        processes = list(workers.each(own_id, None, LETTERS, failed))
    for process in set(processes):
        with pytest.raises(ProcessLookupError):
            os.kill(int(process), 0)

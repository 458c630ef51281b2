"""Progress output, with a simulated clock."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Iterator

import pytest
from staydown.cli.progress import with_progress


class FakeTerminal(io.StringIO):
    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


def progress_output(
    seconds: float, monkeypatch: pytest.MonkeyPatch, *, terminal: bool, quiet: bool = False
) -> str:
    """Return the output while a hundred results arrive, evenly within `seconds`."""
    screen, now = FakeTerminal(terminal=terminal), [0.0]
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def results() -> Iterator[int]:
        for number in range(100):
            now[0] += seconds / 100
            yield number

    assert list(with_progress("hashed", results(), 100, quiet=quiet)) == list(range(100))
    return screen.getvalue()


def test_terminal_progress_overwrites_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    output = progress_output(10, monkeypatch, terminal=True)
    assert output.count("\n") == 1
    assert 20 < output.count("\r") <= 50
    assert output.endswith("hashed 100 of 100 files, 10 per second\n")


def test_redirected_progress_prints_occasional_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = progress_output(35, monkeypatch, terminal=False).splitlines()
    assert len(lines) == 4
    assert lines[-1] == "hashed 100 of 100 files, 3 per second"
    assert not any("\r" in line for line in lines)


@pytest.mark.parametrize(("terminal", "seconds"), [(True, 0.9), (False, 9)])
def test_short_run_shows_no_progress(terminal: bool, seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    assert progress_output(seconds, monkeypatch, terminal=terminal) == ""


def test_quiet_prints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert progress_output(100, monkeypatch, terminal=True, quiet=True) == ""

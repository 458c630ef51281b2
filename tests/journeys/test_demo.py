"""`make demo` passes on the unmodified stack, and reports failures on a broken one."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from staydown.domain.bank.verdicts import MatchPolicy, Verdict

from infra.demo import clients
from infra.demo.__main__ import CHAPTERS, main
from infra.demo.photos import ALTERATIONS
from infra.demo.steps import Chapter, Step, StepFailed, StepResults, expect, run_chapters

TOTAL = sum(len(chapter.steps) for chapter in CHAPTERS)


@pytest.fixture
def said() -> list[str]:
    return []


def _played(said: list[str], *steps: Callable[[StepResults], str]) -> int:
    story = [Chapter("A chapter", tuple(Step(do.__name__, do) for do in steps))]
    return run_chapters(story, StepResults(), said.append, colour=False)


def _goes_well(notes: StepResults) -> str:
    notes["thing"] = 1
    return "seen"


def _goes_wrong(notes: StepResults) -> str:
    return expect(False, "404", expected="200")


def _needs_what_is_missing(notes: StepResults) -> str:
    return str(notes["other_thing"])


@pytest.mark.slow
def test_every_step_succeeds(capsys: pytest.CaptureFixture[str]) -> None:
    status = main()
    lines = capsys.readouterr().out.splitlines()
    assert status == 0, "\n".join(lines)
    assert lines[-1] == f"{TOTAL} of {TOTAL} steps passed"
    assert sum(bool(re.match(r"\[ ?\d+/\d+\] ", line)) for line in lines) == TOTAL
    blocked = [line for line in lines if "blocked: matches_confirmed_entry, distance" in line]
    assert len(blocked) == len(ALTERATIONS) + 1


@pytest.mark.slow
def test_demo_fails_and_names_copies_that_were_let_through(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "MAX_WAIT_SECONDS", 5.0)
    monkeypatch.setattr(MatchPolicy, "judge_matches", lambda policy, matches, **_: (Verdict.CLEAR, ()))
    monkeypatch.setattr("infra.demo.__main__.CHAPTERS", CHAPTERS[:4])
    total = sum(len(chapter.steps) for chapter in CHAPTERS[:4])
    status = main()
    lines = capsys.readouterr().out.splitlines()
    assert status == 1
    assert re.fullmatch(rf"\d+ of {total} steps passed", lines[-1])
    assert lines[-1] != f"{total} of {total} steps passed"
    failures = [line for line in lines if line.startswith("FAILED")]
    for copy in ALTERATIONS:
        (line,) = (line for line in failures if copy in line)
        assert "expected: blocked: matches_confirmed_entry" in line


def test_failed_step_is_counted_and_later_steps_still_run(said: list[str]) -> None:
    assert _played(said, _goes_wrong, _goes_well) == 1
    assert "  FAILED 404; expected: 200" in said
    assert "        seen" in said
    assert said[-1] == "1 of 2 steps passed"


def test_step_with_missing_input_reports_it(said: list[str]) -> None:
    assert _played(said, _goes_well, _needs_what_is_missing) == 1
    assert any("no other thing, because an earlier step failed" in line for line in said)


def test_passing_check_returns_the_observation() -> None:
    assert expect(True, "200", expected="200") == "200"
    with pytest.raises(StepFailed, match="404; expected: 200"):
        expect(False, "404", expected="200")

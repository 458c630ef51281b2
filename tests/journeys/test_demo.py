"""`make demo` tells the truth: it passes on the stack as it is, and on a broken one it says what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from staydown.domain.verdicts import MatchPolicy, Verdict

from infra.demo import clients
from infra.demo.__main__ import STORY, main
from infra.demo.pictures import COPIES
from infra.demo.steps import Chapter, Notes, Step, Wrong, check, play

TOTAL = sum(len(chapter.steps) for chapter in STORY)


@pytest.fixture
def said() -> list[str]:
    return []


def _played(said: list[str], *steps: Callable[[Notes], str]) -> int:
    story = [Chapter("A chapter", tuple(Step(do.__name__, do) for do in steps))]
    return play(story, Notes(), said.append, colour=False)


def _goes_well(notes: Notes) -> str:
    notes["thing"] = 1
    return "seen"


def _goes_wrong(notes: Notes) -> str:
    return check(False, "404", should="200")


def _needs_what_is_missing(notes: Notes) -> str:
    return str(notes["other_thing"])


@pytest.mark.slow
def test_every_step_is_as_it_should_be(capsys: pytest.CaptureFixture[str]) -> None:
    status = main()
    lines = capsys.readouterr().out.splitlines()
    assert status == 0, "\n".join(lines)
    assert lines[-1] == f"{TOTAL} of {TOTAL} steps as they should be"
    assert sum(bool(re.match(r"\[ ?\d+/\d+\] ", line)) for line in lines) == TOTAL
    blocked = [line for line in lines if "blocked: matches_confirmed_entry, distance" in line]
    assert len(blocked) == len(COPIES) + 1


@pytest.mark.slow
def test_on_a_stack_that_lets_copies_through_it_fails_and_names_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "PATIENCE", 5.0)
    monkeypatch.setattr(MatchPolicy, "decide", lambda policy, matches, **_: (Verdict.CLEAR, ()))
    monkeypatch.setattr("infra.demo.__main__.STORY", STORY[:4])
    total = sum(len(chapter.steps) for chapter in STORY[:4])
    status = main()
    lines = capsys.readouterr().out.splitlines()
    assert status == 1
    assert re.fullmatch(rf"\d+ of {total} steps as they should be", lines[-1])
    assert lines[-1] != f"{total} of {total} steps as they should be"
    wrong = [line for line in lines if line.startswith("WRONG")]
    for copy in COPIES:
        (line,) = (line for line in wrong if copy in line)
        assert "should be: blocked: matches_confirmed_entry" in line


def test_a_step_that_goes_wrong_is_counted_and_the_next_ones_are_tried(said: list[str]) -> None:
    assert _played(said, _goes_wrong, _goes_well) == 1
    assert "  WRONG 404; should be: 200" in said
    assert "        seen" in said
    assert said[-1] == "1 of 2 steps as they should be"


def test_a_step_without_what_an_earlier_one_should_have_left_says_so(said: list[str]) -> None:
    assert _played(said, _goes_well, _needs_what_is_missing) == 1
    assert any("no other thing, an earlier step went wrong" in line for line in said)


def test_a_check_that_holds_gives_what_was_observed() -> None:
    assert check(True, "200", should="200") == "200"
    with pytest.raises(Wrong, match="404; should be: 200"):
        check(False, "404", should="200")

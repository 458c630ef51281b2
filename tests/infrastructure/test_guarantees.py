"""Each guarantee of docs/guarantees.md has a test that names it: `@pytest.mark.promise(5)`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from infra.local.stack import ROOT

PAGE = ROOT / "docs" / "guarantees.md"
NUMBERS = sorted(
    {int(number) for number in re.findall(r"^\| (\d+) \|", PAGE.read_text("utf-8"), re.MULTILINE)}
)


def marked_tests() -> dict[int, list[str]]:
    """Return the tests that are marked with each number, as `file::test`."""
    found: dict[int, list[str]] = {}
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        text = file.read_text(encoding="utf-8")
        if "pytest.mark.promise(" in text:
            for test, number in _marked_tests(ast.parse(text)):
                found.setdefault(number, []).append(f"{file.relative_to(ROOT).as_posix()}::{test}")
    return found


def _marked_tests(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.promise":
                    yield from ((node.name, ast.literal_eval(argument)) for argument in decorator.args)


def test_guarantees_are_numbered_without_a_gap() -> None:
    assert list(range(1, len(NUMBERS) + 1)) == NUMBERS


@pytest.mark.parametrize("number", NUMBERS)
def test_guarantee_has_a_test(number: int) -> None:
    assert marked_tests().get(number), f"no test has the marker promise({number})"


def test_markers_name_existing_guarantees() -> None:
    unknown = {number: tests for number, tests in marked_tests().items() if number not in NUMBERS}
    assert not unknown, f"not in docs/guarantees.md: {unknown}"

"""Each row of docs/law.md is shown by a test, or says plainly that it is not."""

from __future__ import annotations

import ast

import pytest

from infra import law


def test_the_page_is_what_the_tests_say() -> None:
    assert law.PAGE.read_text(encoding="utf-8") == law.page()


@pytest.mark.parametrize(
    "row", [r for c in law.CHAPTERS for r in c.rows if not r.without], ids=lambda r: r.row_id
)
def test_a_row_that_loses_its_tests_is_told(row: law.Row, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {row_id: tests for row_id, tests in law.shown_by().items() if row_id != row.row_id}
    monkeypatch.setattr(law, "shown_by", lambda: shown)
    with pytest.raises(law.OutOfStep, match=f"^{row.row_id} has no test$"):
        law.page()


def test_a_test_of_a_row_that_there_is_not_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {**law.shown_by(), "US99": ["t::x"]}
    monkeypatch.setattr(law, "shown_by", lambda: shown)
    with pytest.raises(law.OutOfStep, match="no row US99"):
        law.page()


def test_marks_of_a_class_are_those_of_its_tests() -> None:
    source = """
@pytest.mark.law("US1")
class TestIt:
    @pytest.mark.law("US2", "EU1")
    def test_that(self): ...
    def helper(self): ...
"""
    found = list(law._marked(ast.parse(source), ()))
    assert found == [("test_that", "US1"), ("test_that", "US2"), ("test_that", "EU1")]

"""Each requirement in docs/law.md has a test or states a gap."""

from __future__ import annotations

import ast

import pytest

from infra import legal_matrix as law
from infra.legal_requirements import LEGAL_SOURCES, Requirement


def test_page_matches_the_test_markers() -> None:
    assert law.PAGE.read_text(encoding="utf-8") == law.render_page()


@pytest.mark.parametrize(
    "row", [r for c in LEGAL_SOURCES for r in c.requirements if not r.gap], ids=lambda r: r.requirement_id
)
def test_row_without_tests_is_an_error(row: Requirement, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {
        row_id: tests for row_id, tests in law.tests_by_requirement().items() if row_id != row.requirement_id
    }
    monkeypatch.setattr(law, "tests_by_requirement", lambda: shown)
    with pytest.raises(law.InconsistentMatrix, match=f"^{row.requirement_id} has no test$"):
        law.render_page()


def test_test_marked_for_a_missing_row_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {**law.tests_by_requirement(), "US99": ["t::x"]}
    monkeypatch.setattr(law, "tests_by_requirement", lambda: shown)
    with pytest.raises(law.InconsistentMatrix, match="no row US99"):
        law.render_page()


def test_markers_of_a_class_apply_to_its_tests() -> None:
    source = """
@pytest.mark.law("US1")
class TestIt:
    @pytest.mark.law("US2", "EU1")
    def test_that(self): ...
    def helper(self): ...
"""
    found = list(law._marked_tests(ast.parse(source), ()))
    assert found == [("test_that", "US1"), ("test_that", "US2"), ("test_that", "EU1")]

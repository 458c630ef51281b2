"""docs/faults.md lists the faults that the tests inject."""

from __future__ import annotations

from tests.faults.page import PAGE, page


def test_fault_table_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "out of date: run python -m tests.faults.page"

"""The table of faults tells what the tests do."""

from __future__ import annotations

from tests.faults.page import PAGE, page


def test_fault_table_is_current() -> None:
    """If not: python -m tests.faults.page"""
    assert PAGE.read_text(encoding="utf-8") == page()

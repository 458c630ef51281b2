"""The list of safeguards fits the code. `make safeguards` shows that the tests detect each removal."""

from __future__ import annotations

import re

import pytest

from tools.safeguards.mutations import ROOT, SAFEGUARDS, Safeguard
from tools.safeguards.page import PAGE, page


@pytest.mark.parametrize("safeguard", SAFEGUARDS, ids=lambda one: one.name)
def test_mutations_and_their_tests_exist(safeguard: Safeguard) -> None:
    for edit in safeguard.edits:
        assert (ROOT / edit.file).read_text(encoding="utf-8").count(edit.old) == 1, edit.file
        assert edit.new != edit.old
    for test in safeguard.tests:
        file, _, name = test.partition("::")
        function, _, case = name.rpartition("::")[2].partition("[")
        text = (ROOT / file).read_text(encoding="utf-8")
        assert re.search(rf"def {function}\(", text), test
        if file.startswith("tests/faults/"):
            modules = [one.read_text(encoding="utf-8") for one in (ROOT / "tests/faults").rglob("*.py")]
            assert f"def {case.removesuffix(']')}(" in "".join(modules), test


def test_the_page_is_current() -> None:
    """If not: python -m tools.safeguards --page"""
    assert PAGE.read_text(encoding="utf-8") == page()

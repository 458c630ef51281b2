"""The threat model names tests that exist."""

from __future__ import annotations

import re

from infra.local.stack import ROOT

PAGE = ROOT / "docs" / "threat-model.md"


def test_tests_named_by_the_threat_model_exist() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE.read_text(encoding="utf-8"))) - {"test_threat_model"}
    there = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)\(", file.read_text(encoding="utf-8"))
    }
    assert len(named) > 30
    assert named <= there, sorted(named - there)


def test_every_threat_has_a_test_or_states_that_none_exists() -> None:
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("| ") and not line.startswith(("| tries", "| ---")):
            _, stopped, shown = (cell.strip() for cell in line.strip("|").rsplit("|", 2))
            assert shown or stopped.startswith("**"), line

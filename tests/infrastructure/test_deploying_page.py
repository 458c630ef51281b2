"""docs/deploying.md names parameters and outputs of the template, and states their defaults."""

from __future__ import annotations

import re
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from infra.local.stack import ROOT

PAGE = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")
TEMPLATE: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
ROWS = re.findall(r"^\| `(\w+)` \| (.+?) \|", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("name", "default"), ROWS)
def test_parameter_has_the_default_that_the_page_states(name: str, default: str) -> None:
    actual = str(TEMPLATE["Parameters"][name]["Default"])
    if default.isdigit() or default == "`*`":
        assert actual == default.strip("`")
    else:
        assert {"empty": not actual, "none": actual == "[]"}.get(default, len(actual) > 2)


def test_page_names_existing_outputs() -> None:
    named = set(re.findall(r"output `(\w+)`", PAGE))
    assert (
        named
        == {"TokenUrl", "UserPoolId", "ConsoleUrl", "ConsoleClientId", "ApiUrl"}
        <= set(TEMPLATE["Outputs"])
    )

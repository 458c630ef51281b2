"""The environment variables that each function needs, derived from its code, its layers and its role."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from samtranslator.yaml_helper import yaml_parse
from staydown.aws.settings import Settings

from infra.local.stack import ROOT
from infra.local.template import load_template
from tests.infrastructure.settings_reads import settings_of

NOT_READ: Mapping[str, frozenset[str]] = {
    # The unit of work reads it for decided appeals and for misuse reviews. These functions save neither.
    **dict.fromkeys(
        ("accounts", "appeals", "notices", "scan_upload", "send_mail", "sweep", "watch_deadlines"),
        frozenset({"retention"}),
    ),
    # The view of the bank aligns images only with a reference index, which this function does not load.
    "bank_entries": frozenset({"alignment_policy"}),
}
"""Settings by function folder that `settings_of` finds, although the function never reads them."""

NAMED_ONLY = {("ApplyRetentionFunction", "ANCHORS_BUCKET"), ("CountFiguresFunction", "ANCHORS_BUCKET")}
"""Resources that an adapter gets by name in a function that uses only the rest of the adapter."""

LOGGER_VARIABLES = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_LOG_LEVEL"}
"""Variables of every function."""
LIBRARY_VARIABLES = LOGGER_VARIABLES | {"POWERTOOLS_METRICS_NAMESPACE", "OPENBLAS_NUM_THREADS"}
"""Variables that libraries read."""


@cache
def functions() -> dict[str, dict[str, Any]]:
    """Return the properties of each function, by logical ID."""
    return {
        name: dict(resource["Properties"])
        for name, resource in load_template(ROOT / "template.yaml").resources.items()
        if resource["Type"] == "AWS::Lambda::Function"
    }


def given_variables(function: str) -> dict[str, Any]:
    """Return the variables of a function in the template, unresolved."""
    return dict(functions()[function].get("Environment", {}).get("Variables", {}))


def needed_variables(function: str) -> set[str]:
    """Return the names of the variables that a function reads."""
    properties = functions()[function]
    folder = properties["Handler"].split(".")[1]
    found = set(LOGGER_VARIABLES)
    for name in settings_of(folder) - NOT_READ.get(folder, frozenset()):
        for variable in Settings.variables(name):
            # Code that many functions share names more resources than a function can use.
            if _may_use(function, variable) or (function, variable) in NAMED_ONLY:
                found.add(variable)
    if any(layer["Ref"].startswith("ImagingLayer") for layer in properties["Layers"]):
        found.add("OPENBLAS_NUM_THREADS")
    if "Metrics" in (ROOT / "functions" / folder / "app.py").read_text(encoding="utf-8"):
        found.add("POWERTOOLS_METRICS_NAMESPACE")
    return found


def _may_use(function: str, variable: str) -> bool:
    """Return whether the role of a function names the resource of a variable, if it has one."""
    resource = _resources().get(variable)
    return resource is None or re.search(rf"\b{resource}\b", _role_text(function)) is not None


@cache
def _resources() -> dict[str, str]:
    """Return the logical ID of the resource that a variable names, by variable."""
    resources = load_template(ROOT / "template.yaml").resources
    found = {}
    for function in functions():
        for variable, value in given_variables(function).items():
            if isinstance(value, dict) and value.get("Ref") in resources:
                found[variable] = str(value["Ref"])
    return found


@cache
def _role_text(function: str) -> str:
    resources = load_template(ROOT / "template.yaml").resources
    return json.dumps(resources[functions()[function]["Role"]["Fn::GetAtt"][0]]["Properties"])


@cache
def declared_parameters() -> dict[str, dict[str, Any]]:
    """Return the parameters as the template declares them."""
    parsed = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    return dict(parsed["Parameters"])

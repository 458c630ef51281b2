"""Read `template.yaml` as CloudFormation does: translate SAM and validate parameters."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from infra.local.emulator import REGION
from infra.local.environment import applied_environment


class InvalidParameter(ValueError):
    """The parameter does not exist, or its value is not allowed."""


@dataclass(frozen=True)
class Template:
    """A translated template."""

    resources: Mapping[str, Mapping[str, Any]]
    """{"Type", "Properties", …} by logical id, without AWS::Serverless types."""
    parameters: dict[str, Any]
    """Current values. The deployment may change one later, as a stack update does."""
    conditions: Mapping[str, Any]
    """Unresolved, like the outputs."""
    outputs: Mapping[str, Any]


def load_template(path: Path, overrides: Mapping[str, Any] | None = None) -> Template:
    """Read a SAM template. Raise InvalidParameter, or the translator's error for an invalid template."""
    text = path.read_text(encoding="utf-8")
    parameters = _parameters(_parsed(text).get("Parameters", {}), overrides or {})
    translated = pickle.loads(_translated(text, tuple(sorted(_as_text(parameters).items()))))  # noqa: S301 our own
    return Template(
        resources=translated["Resources"],
        parameters=parameters,
        conditions=translated.get("Conditions", {}),
        outputs=translated.get("Outputs", {}),
    )


@lru_cache(maxsize=4)
def _translated(text: str, parameters: tuple[tuple[str, str], ...]) -> bytes:
    """Return the translated template, pickled. It is cached, because translating takes a second."""
    source = copy.deepcopy(_parsed(text))
    for resource in source["Resources"].values():
        for key in ("CodeUri", "ContentUri"):
            # The translator accepts only S3 addresses. Nothing reads them locally.
            if key in resource.get("Properties", {}):
                resource["Properties"][key] = "s3://this-machine/code"
    with applied_environment({"AWS_DEFAULT_REGION": REGION}):
        translator = Translator({}, Parser())
        translated = translator.translate(source, dict(parameters))
        translator.metrics.publish()  # Goes nowhere, but avoids a warning at exit.
    return pickle.dumps(translated)


@lru_cache(maxsize=4)
def _parsed(text: str) -> Any:
    return yaml_parse(text)


def _parameters(declared: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := set(overrides) - set(declared):
        raise InvalidParameter(f"the template has no parameter {', '.join(sorted(unknown))}")
    return {
        name: _value(name, declaration, overrides.get(name, declaration.get("Default")))
        for name, declaration in declared.items()
    }


def _value(name: str, declaration: Mapping[str, Any], given: Any) -> Any:
    """Return the typed value. Raise InvalidParameter if it is not allowed."""
    if given is None:
        raise InvalidParameter(f"parameter {name} has no value")
    if declaration["Type"] == "CommaDelimitedList":
        return [part.strip() for part in str(given).split(",")]
    value: Any = str(given)
    if declaration["Type"] == "Number":
        value = float(value) if "." in value else int(value)
        low, high = declaration.get("MinValue"), declaration.get("MaxValue")
        if (low is not None and value < low) or (high is not None and value > high):
            raise InvalidParameter(f"parameter {name} is {value}; allowed: {low} to {high}")
    allowed = declaration.get("AllowedValues")
    if allowed is not None and str(value) not in map(str, allowed):
        raise InvalidParameter(f"parameter {name} is {value}; allowed: {allowed}")
    if len(str(value)) > int(declaration.get("MaxLength", 4096)):
        raise InvalidParameter(
            f"parameter {name} is longer than {declaration.get('MaxLength', 4096)} characters"
        )
    pattern = declaration.get("AllowedPattern")
    if pattern is not None and not re.fullmatch(pattern, str(value)):
        raise InvalidParameter(f"parameter {name} does not match {pattern}")
    return value


def _as_text(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return all values as text, as CloudFormation passes them to SAM."""
    return {
        name: ",".join(value) if isinstance(value, list) else str(value) for name, value in parameters.items()
    }

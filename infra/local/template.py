"""`template.yaml`, read as CloudFormation reads it: SAM translated, parameters checked, conditions known."""

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
    """A parameter that the template does not have, or a value outside its bounds."""


@dataclass(frozen=True)
class Template:
    """resources: logical id to {"Type", "Properties", …} without any AWS::Serverless type. parameters: the
    values in force, numbers as numbers; the deployment may set one later, as an update of a stack does.
    conditions, outputs: as they are written."""

    resources: Mapping[str, Mapping[str, Any]]
    parameters: dict[str, Any]
    conditions: Mapping[str, Any]
    outputs: Mapping[str, Any]


def load_template(path: Path, overrides: Mapping[str, Any] | None = None) -> Template:
    """Read a SAM template. Raise ParameterError, or what the translator raises for a wrong template."""
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
    """CloudFormation's resources, pickled: translating takes a second, and a process starts many stacks."""
    source = copy.deepcopy(_parsed(text))
    for resource in source["Resources"].values():
        for key in ("CodeUri", "ContentUri"):
            # The translator takes only what was uploaded; nothing here reads it from there.
            if key in resource.get("Properties", {}):
                resource["Properties"][key] = "s3://this-machine/code"
    with applied_environment({"AWS_DEFAULT_REGION": REGION}):
        translator = Translator({}, Parser())
        translated = translator.translate(source, dict(parameters))
        translator.metrics.publish()  # to nowhere; unpublished ones are warned of when the program ends
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
    """The value with its type, inside its bounds."""
    if given is None:
        raise InvalidParameter(f"parameter {name} has no value")
    if declaration["Type"] == "CommaDelimitedList":
        return [part.strip() for part in str(given).split(",")]
    value: Any = str(given)
    if declaration["Type"] == "Number":
        value = float(value) if "." in value else int(value)
        low, high = declaration.get("MinValue"), declaration.get("MaxValue")
        if (low is not None and value < low) or (high is not None and value > high):
            raise InvalidParameter(f"parameter {name} is {value}, and not from {low} to {high}")
    allowed = declaration.get("AllowedValues")
    if allowed is not None and str(value) not in map(str, allowed):
        raise InvalidParameter(f"parameter {name} is {value}, and not one of {allowed}")
    if len(str(value)) > int(declaration.get("MaxLength", 4096)):
        raise InvalidParameter(f"parameter {name} is longer than {declaration.get('MaxLength', 4096)}")
    pattern = declaration.get("AllowedPattern")
    if pattern is not None and not re.fullmatch(pattern, str(value)):
        raise InvalidParameter(f"parameter {name} does not match {pattern}")
    return value


def _as_text(parameters: Mapping[str, Any]) -> dict[str, str]:
    """What CloudFormation hands to SAM: every value as text."""
    return {
        name: ",".join(value) if isinstance(value, list) else str(value) for name, value in parameters.items()
    }

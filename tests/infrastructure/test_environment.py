"""Each function gets the environment variables that it reads, and they fit Lambda's limit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import cycle, islice
from typing import Any

import pytest
from staydown.aws.settings import MissingSetting, Settings
from staydown.config.report_form import InvalidSetting, parse_questions

from infra.local.stack import ROOT
from infra.local.template import load_template
from tests.infrastructure.environments import (
    declared_parameters,
    functions,
    given_variables,
    needed_variables,
)

LIMIT = 4096
"""Bytes of a function's variables that Lambda allows."""
BOUND = 3000
"""Bytes that they may take, so that the next parameters fit."""
STACK = "staydown-production"
REGION = "ap-southeast-1"
SUFFIX = "ABCDEFGHIJKLM"
QUESTION = {
    "key": "where_first",
    "label": "Where did you see the image first?",
    "help": "A name of a group or a channel helps us to find further copies.",
    "required": False,
    "max_length": 200,
    "for_reviewers": True,
}
FREE_TEXT = {"HelpLines", "LegalGround", "ReportQuestions"}
"""Parameters that people write in any language."""


def lambda_size(variables: Mapping[str, str]) -> int:
    """Return the bytes of variables as Lambda counts them: a JSON object of names and values."""
    return len(json.dumps(variables, ensure_ascii=False).encode())


def longest_environment(function: str, *, wide: bool = False) -> dict[str, str]:
    """Return a function's variables with the longest values that parameters allow.

    wide: texts that people write have two bytes for each character.
    """
    return {name: _longest(value, wide=wide) for name, value in given_variables(function).items()}


def _longest(value: Any, *, wide: bool) -> str:
    if not isinstance(value, dict):
        return str(value)
    if "Fn::Sub" in value:
        text = str(value["Fn::Sub"]).replace("${AWS::StackName}", STACK)
        return text.replace("${PublishedDistribution.DomainName}", "d111111abcdef8.cloudfront.net")
    name = str(value["Ref"])
    if name in declared_parameters():
        return _longest_parameter(name, declared_parameters()[name], wide=wide)
    return _longest_name(name)


def _longest_parameter(name: str, declared: Mapping[str, Any], *, wide: bool) -> str:
    if "AllowedValues" in declared:
        return max(map(str, declared["AllowedValues"]), key=len)
    if declared["Type"] == "Number":
        return str(declared["MaxValue"])
    length = int(declared["MaxLength"])
    if wide and name in FREE_TEXT:
        return "ж" * length
    sample = json.dumps([QUESTION]) if name == "ReportQuestions" else str(declared["Default"] or "x")
    return "".join(islice(cycle(sample), length))


def _longest_name(logical_id: str) -> str:
    """Return a physical ID of the form that CloudFormation generates."""
    kind = load_template(ROOT / "template.yaml").resources[logical_id]["Type"]
    generated = f"{STACK}-{logical_id}-{SUFFIX}"
    return {
        "AWS::S3::Bucket": generated[:63],
        "AWS::SQS::Queue": f"https://sqs.{REGION}.amazonaws.com/123456789012/{generated}",
        "AWS::CloudFront::Distribution": "E1ABCDEFGHIJKL",
    }.get(kind, generated)


@pytest.mark.parametrize("function", sorted(functions()))
def test_function_gets_exactly_the_variables_that_it_reads(function: str) -> None:
    assert set(given_variables(function)) == needed_variables(function)


@pytest.mark.parametrize("function", sorted(functions()))
def test_variables_stay_within_the_bound(function: str) -> None:
    assert lambda_size(longest_environment(function)) <= BOUND


@pytest.mark.parametrize("function", sorted(functions()))
def test_variables_fit_the_limit_in_any_alphabet(function: str) -> None:
    assert lambda_size(longest_environment(function, wide=True)) <= LIMIT


def test_variable_has_the_same_value_in_each_function() -> None:
    values: dict[str, Any] = {}
    for function in functions():
        for name, value in given_variables(function).items():
            assert values.setdefault(name, value) == value, f"{function}: {name}"


def test_every_setting_is_read_by_a_function() -> None:
    given = {variable for function in functions() for variable in given_variables(function)}
    for name in Settings.names():
        assert set(Settings.variables(name)) <= given, name


def test_missing_variable_fails_only_the_settings_that_need_it() -> None:
    settings = Settings.from_environment({"CASES_TABLE": "cases", "APPEAL_DAYS": "184"})
    assert settings.cases_table == "cases"
    assert settings.appeal_window.days == 184
    for name, variable in (("uploads_table", "UPLOADS_TABLE"), ("retention", "REJECTED_DAYS")):
        with pytest.raises(MissingSetting, match=variable):
            getattr(settings, name)


def test_invalid_variable_is_named_as_the_setting_is_read() -> None:
    settings = Settings.from_environment({"REPORT_QUESTIONS": "[1]", "MAX_FRAMES": "many"})
    with pytest.raises(InvalidSetting):
        _ = settings.report_questions
    with pytest.raises(ValueError, match="many"):
        _ = settings.max_frames


def test_settings_are_read_once_and_do_not_change() -> None:
    environment = {"REPORT_QUESTIONS": json.dumps([QUESTION]), "MAX_FRAMES": "32"}
    settings = Settings.from_environment(environment)
    environment["MAX_FRAMES"] = "1"
    assert settings.max_frames == 32
    assert settings.report_questions == parse_questions(json.dumps([QUESTION]))
    assert settings.report_questions is settings.report_questions
    with pytest.raises(AttributeError):
        settings.max_frames = 1

"""Settings of the report form: allowed questions, and errors for invalid parameters."""

from __future__ import annotations

import json
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse
from staydown.config.report_form import (
    MAX_QUESTIONS,
    InvalidSetting,
    ReportQuestion,
    parse_help_lines,
    parse_questions,
    unanswered_required,
    validate_answers,
)
from staydown.domain.errors import InvalidRequest

from infra.local.stack import ROOT

LINE = {"name": "Help", "url": "https://help.example/", "whom": "adults"}
ASKED = {"key": "town", "label": "Which town?"}


def test_template_defaults_are_valid() -> None:
    parameters = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))["Parameters"]
    assert {line.whom for line in parse_help_lines(parameters["HelpLines"]["Default"])} == {
        "adults",
        "children",
    }
    assert parse_questions(parameters["ReportQuestions"]["Default"]) == ()


def test_question_is_optional_and_not_for_reviewers_by_default() -> None:
    assert parse_questions(json.dumps([ASKED])) == (
        ReportQuestion("town", "Which town?", help="", required=False, max_length=500, for_reviewers=False),
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("[", "ReportQuestions: not valid JSON"),
        ("{}", "ReportQuestions: not a list"),
        (["x"], "no. 1: not an object with key, label, help"),
        ([ASKED, {**ASKED, "labell": ""}], "no. 2: 'labell' is not one of key, label"),
        ([{"key": "a"}], "no. 1: 1 required positional argument: 'label' is missing"),
        ([{**ASKED, "key": "Town"}], "no. 1: key must be 1 to 32 lower-case letters"),
        ([{**ASKED, "label": ""}], "no. 1: label must be a non-empty text"),
        ([{**ASKED, "label": 3}], "no. 1: label must be of type str"),
        ([{**ASKED, "required": "yes"}], "no. 1: required must be of type bool"),
        ([{**ASKED, "max_length": 2001}], "no. 1: max_length must be from 1 to 2000"),
        ([{**ASKED, "max_length": True}], "no. 1: max_length must be of type int"),
        ([ASKED, ASKED], "two questions have the same key"),
        ([{**ASKED, "key": f"q{n}"} for n in range(MAX_QUESTIONS + 1)], "at most 10"),
    ],
)
def test_error_in_the_questions_names_its_position(given: Any, message: str) -> None:
    text = given if isinstance(given, str) else json.dumps(given)
    with pytest.raises(InvalidSetting) as refused:
        parse_questions(text)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "at least one is required"),
        ([{**LINE, "url": "javascript:alert(1)"}], "no. 1: url must be a URL"),
        ([{**LINE, "whom": "cats"}], "no. 1: whom must be adults or children"),
        ([LINE, {**LINE, "where": "Germany"}], "no. 2: where must be a country"),
        ([{**LINE, "phone": "0345 6000"}], "no. 1: phone must be in the form"),
    ],
)
def test_error_in_the_help_lines_names_its_position(given: Any, message: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        parse_help_lines(json.dumps(given))
    assert str(refused.value).startswith("HelpLines: ")
    assert message in str(refused.value)


def test_answers_must_match_questions_and_length_limits() -> None:
    questions = [
        ReportQuestion("town", "Which town?", max_length=5, required=True),
        ReportQuestion("more", "More?"),
    ]
    validate_answers(questions, {"town": "Paris", "more": ""})
    with pytest.raises(InvalidRequest) as refused:
        validate_answers(questions, {"town": "London", "street": "", "more": "x"})
    assert refused.value.pointers == {
        "/answers/town": "at most 5 characters",
        "/answers/street": "unknown question",
    }
    assert unanswered_required(questions, {"more"}) == ("town",)
    assert unanswered_required(questions, {"town"}) == ()

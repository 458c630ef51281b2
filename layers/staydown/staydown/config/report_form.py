"""The operator's settings of the report form: help lines and additional questions."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from staydown.domain.errors import InvalidRequest

MAX_QUESTIONS = 10
MAX_ANSWER_LENGTH = 2000
"""The most characters of one answer, whatever its question allows."""
AUDIENCES = ("adults", "children")

_KEY = re.compile(r"[a-z][a-z0-9_]{0,31}")
_URL = re.compile(r"https://\S+")
_COUNTRY = re.compile(r"any|[A-Z]{2}")
_PHONE = re.compile(r"\+\d{4,15}")


class InvalidSetting(ValueError):
    """A parameter of the template is invalid. The text names the parameter, the item and the reason."""


@dataclass(frozen=True, slots=True)
class HelpLine:
    """A help line that the pages show."""

    name: str
    """The name as the pages show it."""
    url: str
    """The help line's page, https only."""
    whom: str
    """One of AUDIENCES."""
    where: str = "any"
    """Two-letter country code (ISO 3166), or `any`."""
    phone: str = ""
    """Phone number in E.164 form; empty: none."""
    phone_text: str = ""
    """Phone number as the pages show it."""

    def __post_init__(self) -> None:
        _check_types(self)
        _check(bool(self.name), "name", "a non-empty text")
        _check(_URL.fullmatch(self.url), "url", "a URL that starts with https://")
        _check(self.whom in AUDIENCES, "whom", " or ".join(AUDIENCES))
        _check(_COUNTRY.fullmatch(self.where), "where", "a country code of two capital letters, or any")
        _check(not self.phone or _PHONE.fullmatch(self.phone), "phone", "in the form +443456000459")


@dataclass(frozen=True, slots=True)
class ReportQuestion:
    """A question that the operator adds to the report form."""

    key: str
    """The key of the answers."""
    label: str
    """The question as the form shows it."""
    help: str = ""
    """An explanation below the question."""
    required: bool = False
    """Whether the report is incomplete without an answer."""
    max_length: int = 500
    """The most characters of an answer."""
    for_reviewers: bool = False
    """Whether reviewers see the answers. If not, answers are stored with the reporter's personal data."""

    def __post_init__(self) -> None:
        _check_types(self)
        _check(
            _KEY.fullmatch(self.key), "key", "1 to 32 lower-case letters, digits or _, with a letter first"
        )
        _check(bool(self.label), "label", "a non-empty text")
        _check(1 <= self.max_length <= MAX_ANSWER_LENGTH, "max_length", f"from 1 to {MAX_ANSWER_LENGTH}")


def parse_help_lines(text: str) -> tuple[HelpLine, ...]:
    """Read the parameter HelpLines. Raise InvalidSetting if it is invalid or empty."""
    lines = _parse_list(text, "HelpLines", HelpLine)
    if not lines:
        raise InvalidSetting("HelpLines: at least one is required")
    return lines


def parse_questions(text: str) -> tuple[ReportQuestion, ...]:
    """Read the parameter ReportQuestions. Raise InvalidSetting if it is invalid."""
    questions = _parse_list(text, "ReportQuestions", ReportQuestion)
    if len({one.key for one in questions}) < len(questions):
        raise InvalidSetting("ReportQuestions: two questions have the same key")
    if len(questions) > MAX_QUESTIONS:
        raise InvalidSetting(f"ReportQuestions: at most {MAX_QUESTIONS} are allowed")
    return questions


def validate_answers(questions: Sequence[ReportQuestion], answers: Mapping[str, str]) -> None:
    """Raise InvalidRequest if an answer is too long or has no question."""
    longest = {one.key: one.max_length for one in questions}
    wrong = {
        f"/answers/{key}": f"at most {longest[key]} characters" if key in longest else "unknown question"
        for key, answer in answers.items()
        if len(answer) > longest.get(key, -1)
    }
    if wrong:
        raise InvalidRequest("Some answers are invalid. See errors.", pointers=wrong)


def unanswered_required(questions: Iterable[ReportQuestion], answered: Container[str]) -> tuple[str, ...]:
    """Return the keys of the required questions without an answer."""
    return tuple(one.key for one in questions if one.required and one.key not in answered)


T = TypeVar("T")


def _parse_list(text: str, parameter: str, kind: type[T]) -> tuple[T, ...]:
    try:
        given = json.loads(text)
    except ValueError as error:
        raise InvalidSetting(f"{parameter}: not valid JSON ({error})") from error
    if not isinstance(given, list):
        raise InvalidSetting(f"{parameter}: not a list")
    return tuple(
        _parse_item(item, f"{parameter}: no. {number}", kind) for number, item in enumerate(given, 1)
    )


def _parse_item(given: Any, where: str, kind: type[T]) -> T:
    known = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    if not isinstance(given, dict):
        raise InvalidSetting(f"{where}: not an object with {', '.join(known)}")
    if unknown := sorted(set(given) - set(known)):
        raise InvalidSetting(f"{where}: {unknown[0]!r} is not one of {', '.join(known)}")
    try:
        return kind(**given)
    except InvalidSetting as error:
        raise InvalidSetting(f"{where}: {error}") from error
    except TypeError as error:
        raise InvalidSetting(f"{where}: {str(error).partition(' missing ')[2]} is missing") from error


def _check_types(item: HelpLine | ReportQuestion) -> None:
    for field in fields(item):
        value = getattr(item, field.name)
        _check(type(value).__name__ == field.type, field.name, f"of type {field.type}")


def _check(is_valid: object, name: str, expected: str) -> None:
    if not is_valid:
        raise InvalidSetting(f"{name} must be {expected}")

"""What an operator adds to the report: who helps, and questions of their own beside those of the law."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from staydown.domain.errors import InvalidRequest

MAX_QUESTIONS = 10
MAX_ANSWER_LENGTH = 2000
"""Letters of one answer, whatever its question allows."""
AUDIENCES = ("adults", "children")

_KEY = re.compile(r"[a-z][a-z0-9_]{0,31}")
_URL = re.compile(r"https://\S+")
_COUNTRY = re.compile(r"any|[A-Z]{2}")
_PHONE = re.compile(r"\+\d{4,15}")


class InvalidSetting(ValueError):
    """A parameter of the template is not what it has to be; says which, where and why."""


@dataclass(frozen=True, slots=True)
class HelpLine:
    """where: a country (ISO 3166, two letters), or `any`. whom: one of AUDIENCES. phone: as it is dialled
    (E.164), and phone_text as it is written."""

    name: str
    url: str
    whom: str
    where: str = "any"
    phone: str = ""
    phone_text: str = ""

    def __post_init__(self) -> None:
        _check_types(self)
        _check(bool(self.name), "name", "a text")
        _check(_URL.fullmatch(self.url), "url", "an address that begins with https://")
        _check(self.whom in AUDIENCES, "whom", " or ".join(AUDIENCES))
        _check(_COUNTRY.fullmatch(self.where), "where", "a country in two capital letters, or any")
        _check(not self.phone or _PHONE.fullmatch(self.phone), "phone", "like +443456000459")


@dataclass(frozen=True, slots=True)
class ReportQuestion:
    """required: without an answer the report is incomplete. max_length: in letters. for_reviewers: whoever
    decides reads the answer; else nobody does but by the operator's own way to the table of who reported."""

    key: str
    label: str
    help: str = ""
    required: bool = False
    max_length: int = 500
    for_reviewers: bool = False

    def __post_init__(self) -> None:
        _check_types(self)
        _check(_KEY.fullmatch(self.key), "key", "small letters, digits and _, 32 at most, a letter first")
        _check(bool(self.label), "label", "a text")
        _check(1 <= self.max_length <= MAX_ANSWER_LENGTH, "max_length", f"from 1 to {MAX_ANSWER_LENGTH}")


def parse_help_lines(text: str) -> tuple[HelpLine, ...]:
    """Of the parameter HelpLines. FormMistake, also when there is none: nobody is left without."""
    lines = _parse_list(text, "HelpLines", HelpLine)
    if not lines:
        raise InvalidSetting("HelpLines: name one at least")
    return lines


def parse_questions(text: str) -> tuple[ReportQuestion, ...]:
    """Of the parameter ReportQuestions. FormMistake."""
    questions = _parse_list(text, "ReportQuestions", ReportQuestion)
    if len({one.key for one in questions}) < len(questions):
        raise InvalidSetting("ReportQuestions: two of them have the same key")
    if len(questions) > MAX_QUESTIONS:
        raise InvalidSetting(f"ReportQuestions: {MAX_QUESTIONS} at most")
    return questions


def validate_answers(questions: Sequence[ReportQuestion], answers: Mapping[str, str]) -> None:
    """InvalidRequest for an answer to no question, or that is too long."""
    longest = {one.key: one.max_length for one in questions}
    wrong = {
        f"/answers/{key}": f"{longest[key]} letters at most" if key in longest else "no such question"
        for key, answer in answers.items()
        if len(answer) > longest.get(key, -1)
    }
    if wrong:
        raise InvalidRequest("Some answers can't be taken; see errors.", pointers=wrong)


def unanswered_required(questions: Iterable[ReportQuestion], answered: Container[str]) -> tuple[str, ...]:
    """Keys of those that have to be answered and are not."""
    return tuple(one.key for one in questions if one.required and one.key not in answered)


T = TypeVar("T")


def _parse_list(text: str, parameter: str, kind: type[T]) -> tuple[T, ...]:
    try:
        given = json.loads(text)
    except ValueError as error:
        raise InvalidSetting(f"{parameter}: no JSON ({error})") from error
    if not isinstance(given, list):
        raise InvalidSetting(f"{parameter}: not a list")
    return tuple(_parse_item(one, f"{parameter}: no. {place}", kind) for place, one in enumerate(given, 1))


def _parse_item(given: Any, where: str, kind: type[T]) -> T:
    known = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    if not isinstance(given, dict):
        raise InvalidSetting(f"{where}: not an object with {', '.join(known)}")
    if odd := sorted(set(given) - set(known)):
        raise InvalidSetting(f"{where}: {odd[0]!r} is none of {', '.join(known)}")
    try:
        return kind(**given)
    except InvalidSetting as error:
        raise InvalidSetting(f"{where}: {error}") from error
    except TypeError as error:
        raise InvalidSetting(f"{where}: {str(error).partition(' missing ')[2]} is missing") from error


def _check_types(made: HelpLine | ReportQuestion) -> None:
    for field in fields(made):
        value = getattr(made, field.name)
        _check(type(value).__name__ == field.type, field.name, f"of the kind {field.type}")


def _check(holds: object, name: str, wanted: str) -> None:
    if not holds:
        raise InvalidSetting(f"{name} has to be {wanted}")

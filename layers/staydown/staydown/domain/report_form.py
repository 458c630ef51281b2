"""What an operator adds to the report: who helps, and questions of their own beside those of the law."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from staydown.domain.errors import InvalidRequest

MAX_QUESTIONS = 10
MAX_ANSWER = 2000
"""Letters of one answer, whatever its question allows."""
AUDIENCES = ("adults", "children")

_KEY = re.compile(r"[a-z][a-z0-9_]{0,31}")
_ADDRESS = re.compile(r"https://\S+")
_PLACE = re.compile(r"any|[A-Z]{2}")
_PHONE = re.compile(r"\+\d{4,15}")


class FormMistake(ValueError):
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
        _check_kinds(self)
        _check(bool(self.name), "name", "a text")
        _check(_ADDRESS.fullmatch(self.url), "url", "an address that begins with https://")
        _check(self.whom in AUDIENCES, "whom", " or ".join(AUDIENCES))
        _check(_PLACE.fullmatch(self.where), "where", "a country in two capital letters, or any")
        _check(not self.phone or _PHONE.fullmatch(self.phone), "phone", "like +443456000459")


@dataclass(frozen=True, slots=True)
class Question:
    """required: without an answer the report is incomplete. max_length: in letters. for_reviewers: whoever
    decides reads the answer; else nobody does but by the operator's own way to the table of who reported."""

    key: str
    label: str
    help: str = ""
    required: bool = False
    max_length: int = 500
    for_reviewers: bool = False

    def __post_init__(self) -> None:
        _check_kinds(self)
        _check(_KEY.fullmatch(self.key), "key", "small letters, digits and _, 32 at most, a letter first")
        _check(bool(self.label), "label", "a text")
        _check(1 <= self.max_length <= MAX_ANSWER, "max_length", f"from 1 to {MAX_ANSWER}")


def help_lines_of(text: str) -> tuple[HelpLine, ...]:
    """Of the parameter HelpLines. FormMistake, also when there is none: nobody is left without."""
    lines = _listed(text, "HelpLines", HelpLine)
    if not lines:
        raise FormMistake("HelpLines: name one at least")
    return lines


def questions_of(text: str) -> tuple[Question, ...]:
    """Of the parameter ReportQuestions. FormMistake."""
    questions = _listed(text, "ReportQuestions", Question)
    if len({one.key for one in questions}) < len(questions):
        raise FormMistake("ReportQuestions: two of them have the same key")
    if len(questions) > MAX_QUESTIONS:
        raise FormMistake(f"ReportQuestions: {MAX_QUESTIONS} at most")
    return questions


def check_answers(questions: Sequence[Question], answers: Mapping[str, str]) -> None:
    """InvalidRequest for an answer to no question, or that is too long."""
    longest = {one.key: one.max_length for one in questions}
    wrong = {
        f"/answers/{key}": f"{longest[key]} letters at most" if key in longest else "no such question"
        for key, answer in answers.items()
        if len(answer) > longest.get(key, -1)
    }
    if wrong:
        raise InvalidRequest("Some answers can't be taken; see errors.", pointers=wrong)


def unanswered(questions: Iterable[Question], answered: Container[str]) -> tuple[str, ...]:
    """Keys of those that have to be answered and are not."""
    return tuple(one.key for one in questions if one.required and one.key not in answered)


T = TypeVar("T")


def _listed(text: str, parameter: str, kind: type[T]) -> tuple[T, ...]:
    try:
        given = json.loads(text)
    except ValueError as error:
        raise FormMistake(f"{parameter}: no JSON ({error})") from error
    if not isinstance(given, list):
        raise FormMistake(f"{parameter}: not a list")
    return tuple(_one(one, f"{parameter}: no. {place}", kind) for place, one in enumerate(given, 1))


def _one(given: Any, where: str, kind: type[T]) -> T:
    known = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    if not isinstance(given, dict):
        raise FormMistake(f"{where}: not an object with {', '.join(known)}")
    if odd := sorted(set(given) - set(known)):
        raise FormMistake(f"{where}: {odd[0]!r} is none of {', '.join(known)}")
    try:
        return kind(**given)
    except FormMistake as error:
        raise FormMistake(f"{where}: {error}") from error
    except TypeError as error:
        raise FormMistake(f"{where}: {str(error).partition(' missing ')[2]} is missing") from error


def _check_kinds(made: HelpLine | Question) -> None:
    for field in fields(made):
        value = getattr(made, field.name)
        _check(type(value).__name__ == field.type, field.name, f"of the kind {field.type}")


def _check(holds: object, name: str, wanted: str) -> None:
    if not holds:
        raise FormMistake(f"{name} has to be {wanted}")

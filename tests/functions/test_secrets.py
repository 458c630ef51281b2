"""A report opens with its case number and secret. A wrong secret reveals nothing and locks nobody out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.functions.valid_requests import refusal
from tests.journeys.clients import ReporterClient
from tests.journeys.deployed import DeployedStack
from tests.journeys.reported_uploads import new_picture, own_hash

WRONG = "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-F"
MAX_ATTEMPTS = 10
"""Allowed wrong secrets per hour."""


@pytest.fixture
def person(stack: DeployedStack) -> Iterator[ReporterClient]:
    """A reporter with a filed report."""
    person = stack.person()
    person.report(hashes=[own_hash(new_picture())])
    yield person
    assert person.follow()["case_number"] == person.case_number, (
        "the right secret must open after any number of wrong ones"
    )


def attempts(
    person: ReporterClient, case_number: str, times: int
) -> list[tuple[int, bytes, list[tuple[str, str]]]]:
    """Return the responses to this many wrong secrets, on all routes in turn."""
    routes = [("GET", ""), ("POST", "/withdraw"), ("POST", "/information")]
    responses = []
    for number in range(times):
        method, more = routes[number % len(routes)]
        body = {"statement": "changed"} if more == "/information" else None
        answer = person.request(
            method, f"/v1/cases/{case_number}{more}", json=body, headers={"Case-Secret": WRONG}
        )
        headers = sorted((name, value) for name, value in answer.headers.items() if name != "Date")
        responses.append((answer.status_code, answer.content, headers))
    return responses


def test_wrong_secret_and_unknown_number_get_identical_answers(person: ReporterClient) -> None:
    unknown = "SD-0000-0000"
    assert person.case_number != unknown
    known = attempts(person, person.case_number, MAX_ATTEMPTS + 3)
    assert known == attempts(person, unknown, MAX_ATTEMPTS + 3)
    assert [status for status, _, _ in known] == [404] * MAX_ATTEMPTS + [429] * 3
    assert len({body for _, body, _ in known}) == 2


def test_too_many_wrong_secrets_return_429(person: ReporterClient) -> None:
    attempts(person, person.case_number, MAX_ATTEMPTS)
    over = person.get(f"/v1/cases/{person.case_number}", headers={"Case-Secret": WRONG})
    assert refusal(over) == (429, "too-many-attempts", [])


def test_correct_secret_opens_despite_too_many_wrong_attempts(person: ReporterClient) -> None:
    attempts(person, person.case_number, MAX_ATTEMPTS + 2)
    assert person.follow()["withdrawn"] is False
    assert person.complete(statement="It is me.")["valid"]
    assert person.withdraw()["withdrawn"] is True


def test_a_wrong_secret_changes_nothing(person: ReporterClient) -> None:
    before = person.follow()
    attempts(person, person.case_number, 3)
    assert person.follow() == before


def test_the_secret_of_one_case_opens_no_other(stack: DeployedStack, person: ReporterClient) -> None:
    other = stack.person()
    other.report(hashes=[own_hash(new_picture())])
    response = person.get(f"/v1/cases/{other.case_number}", headers=person.secret_header)
    assert refusal(response) == (404, "not-found", [])


def test_number_and_secret_open_however_they_are_typed(person: ReporterClient) -> None:
    number, secret = person.case_number, person.secret
    for typed_number, typed_secret in [
        (number.lower(), secret.lower()),
        (number.replace("-", ""), secret.replace("-", "")),
        (number.replace("-", "%20"), secret.replace("-", " ")),
        (number.removeprefix("SD-"), secret.replace("0", "O").replace("1", "l")),
    ]:
        opened = person.get(f"/v1/cases/{typed_number}", headers={"Case-Secret": typed_secret})
        assert opened.ok, typed_number
        assert opened.json()["case_number"] == number


@pytest.mark.parametrize("secret", ["", "- -", "-----", "Ä" * 26, "A" * 128])
def test_malformed_secret_opens_nothing(person: ReporterClient, secret: str) -> None:
    headers = {"Case-Secret": secret.encode("latin-1")}
    response = person.get(f"/v1/cases/{person.case_number}", headers=headers)
    assert refusal(response) == (404, "not-found", [])


def test_missing_secret_header_is_named(person: ReporterClient) -> None:
    response = person.get(f"/v1/cases/{person.case_number}")
    assert refusal(response) == (422, "invalid-request", ["header case-secret"])


def test_cases_table_holds_no_readable_secret_or_identity(
    stack: DeployedStack, person: ReporterClient
) -> None:
    stored = str(stack.stack.client("dynamodb").scan(TableName=stack.description["tables"]["cases"])["Items"])
    assert person.case_number in stored
    assert person.secret not in stored
    assert person.secret.replace("-", "") not in stored
    assert "example.org" not in stored
    assert "Jane" not in stored

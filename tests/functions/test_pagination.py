"""Lists are ordered and paged, and manipulated cursors are rejected."""

from __future__ import annotations

import base64
import json

import pytest

from tests.functions.valid_requests import refusal
from tests.journeys.deployed import DeployedStack
from tests.journeys.reported_uploads import new_picture, own_hash

CASES = 5


@pytest.fixture(scope="module", autouse=True)
def _cases(stack: DeployedStack) -> None:
    stack.person().report(hashes=[own_hash(new_picture()) for _ in range(CASES)])
    stack.drain()


def encoded(key: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def cursor(stack: DeployedStack) -> str:
    """Return a cursor of the queue."""
    return str(stack.reviewer().answer("GET", "/v1/review/queue?limit=2")["next"])


def opened(cursor: str) -> dict[str, str]:
    key: dict[str, str] = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    return key


def test_pages_add_up_to_the_whole_list_in_order(stack: DeployedStack) -> None:
    whole = stack.reviewer().answer("GET", "/v1/review/queue?limit=100")
    assert (len(whole["cases"]), whole["next"]) == (CASES, None)
    paged, following = [], None
    for _ in range(CASES):
        parameters = {"limit": "2"} | ({"cursor": following} if following else {})
        page = stack.reviewer().answer("GET", "/v1/review/queue", params=parameters)
        paged += page["cases"]
        following = page["next"]
        if following is None:
            break
    assert paged == whole["cases"]
    assert [case["deadline"] for case in paged] == sorted(case["deadline"] for case in paged)


@pytest.mark.parametrize(
    "bent", ["", "x", "ü", "%", "e30", "bnVsbA", "W10", "x" * 1024, encoded([1]), encoded("a")]
)
def test_malformed_cursor_is_rejected(stack: DeployedStack, bent: str) -> None:
    response = stack.reviewer().get("/v1/review/queue", params={"cursor": bent})
    assert refusal(response) == (422, "invalid-request", ["query parameter cursor"])


def test_changed_cursor_is_rejected(stack: DeployedStack) -> None:
    key = opened(cursor(stack))
    changed = [
        {**key, "pk": "CASE#another"},
        {**key, "pk": ""},
        {**key, "sk": ""},
        {**key, "sk": 1},
        {**key, "queue": "appeals"},
        {**key, "queue_order": "x"},
        {**key, "queue_order": "2026-13-01T00:00:00#" + key["pk"].partition("#")[2]},
        {**key, "queue_order": ""},
        {**key, "more": "x"},
        {name: value for name, value in key.items() if name != "sk"},
    ]
    for one in changed:
        response = stack.reviewer().get("/v1/review/queue", params={"cursor": encoded(one)})
        assert refusal(response) == (422, "invalid-request", ["query parameter cursor"]), one


def test_cursor_of_another_list_is_rejected(stack: DeployedStack) -> None:
    response = stack.reviewer().get("/v1/review/appeals", params={"cursor": cursor(stack)})
    assert refusal(response) == (422, "invalid-request", ["query parameter cursor"])


def test_cursor_gives_no_access_to_an_unauthorised_caller(stack: DeployedStack) -> None:
    response = stack.app().get("/v1/review/queue", params={"cursor": cursor(stack)})
    assert response.status_code == 403

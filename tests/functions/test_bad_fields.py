"""Each invalid field of each body is reported by its pointer, and nothing is changed."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from tests.functions.valid_requests import PDQ, REQUIRED, ROUTES, Json, refusal, send
from tests.journeys.deployed import DeployedStack

LIMITS = [
    ("upload", ["account_id"], "x" * 129),
    ("upload", ["account_id"], ""),
    ("upload", ["account_id"], "a/b"),
    ("upload", ["account_id"], "a#b"),
    ("upload", ["account_id"], "ä"),
    ("upload", ["account_id"], "a..b"),
    ("upload", ["content_type"], "text/html"),
    ("upload", ["content_type"], "image/svg+xml"),
    ("upload", ["size"], 0),
    ("upload", ["size"], -1),
    ("upload", ["size"], 10**12),
    ("upload", ["size"], 10**1000),
    ("upload", ["size"], 1.5),
    ("upload", ["size"], "1"),
    ("upload", ["size"], True),
    ("check", ["pdq"], PDQ[:-1]),
    ("check", ["pdq"], PDQ + "0"),
    ("check", ["pdq"], "g" * 64),
    ("check", ["pdq"], "٣" * 64),
    ("check", ["quality"], 101),
    ("check", ["quality"], "50"),
    ("appeal", ["statement"], ""),
    ("appeal", ["statement"], " \n "),
    ("appeal", ["statement"], "x" * 5001),
    ("report", ["uploads"], ["u"] * 11),
    ("report", ["uploads", 0], "u" * 65),
    ("report", ["hashes"], [{"pdq": PDQ, "quality": 50}] * 11),
    ("report", ["hashes", 0, "pdq"], "xyz"),
    ("report", ["relation"], "friend"),
    ("report", ["declarations", "intimate"], "yes"),
    ("report", ["declarations", "good_faith"], 1),
    ("report", ["declarations", "subject_or_representative"], "yes"),
    ("report", ["statement"], "x" * 10_000),
    ("report", ["statement"], "\ud800"),
    ("report", ["signature"], "x" * 201),
    ("report", ["contact", "email"], "x" * 255),
    ("report", ["contact", "name"], ["x"]),
    ("decision", ["outcome"], "guilty"),
    ("decision", ["factors", "shown"], []),
    ("decision", ["factors", "shown", 0], "arms"),
    ("decision", ["factors", "setting"], ""),
    ("decision", ["reasons"], ""),
    ("reveal", ["sharp"], "true"),
    ("block", ["platform"], "alpha#x"),
    ("block", ["platform"], ""),
    ("block", ["reason"], "x" * 501),
]


def fields(of: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of each field of a body."""
    inner: Iterator[tuple[str | int, Any]] = iter(())
    if isinstance(of, dict):
        inner = iter(of.items())
    elif isinstance(of, list):
        inner = iter(enumerate(of))
    for name, value in inner:
        yield (*at, name)
        yield from fields(value, (*at, name))


def with_value(body: Json, at: tuple[str | int, ...] | list[str | int], value: object) -> Json:
    changed = copy.deepcopy(body)
    inner: Any = changed
    for name in at[:-1]:
        inner = inner[name]
    inner[at[-1]] = value
    return changed


@pytest.mark.parametrize("name", ROUTES)
def test_valid_body_is_not_rejected_for_its_form(stack: DeployedStack, name: str) -> None:
    """This shows that the rejections below are due to the changed field."""
    response = send(stack, name, ROUTES[name][2])
    unknown = ["/uploads/0"] if name == "report" else []
    assert response.ok or response.status_code in {404, 409} or refusal(response)[2] == unknown


@pytest.mark.parametrize(("name", "field"), [(name, field) for name in REQUIRED for field in REQUIRED[name]])
def test_a_missing_field_is_named(stack: DeployedStack, name: str, field: str) -> None:
    body = {key: value for key, value in ROUTES[name][2].items() if key != field}
    assert refusal(send(stack, name, body)) == (422, "invalid-request", [f"/{field}"])


@pytest.mark.parametrize(
    ("name", "at"), [(name, at) for name, (_, _, body) in ROUTES.items() for at in fields(body)]
)
def test_field_of_the_wrong_type_is_named(stack: DeployedStack, name: str, at: tuple[str | int, ...]) -> None:
    for wrong in ({"no": "such"}, 1.5):
        status, kind, pointers = refusal(send(stack, name, with_value(ROUTES[name][2], at, wrong)))
        assert (status, kind) == (422, "invalid-request")
        where = "/" + "/".join(map(str, at))
        assert pointers and all(pointer.startswith(where) for pointer in pointers)


@pytest.mark.parametrize(("name", "at", "value"), LIMITS)
def test_a_value_out_of_bounds_is_named(
    stack: DeployedStack, name: str, at: list[str | int], value: object
) -> None:
    answer = refusal(send(stack, name, with_value(ROUTES[name][2], at, value)))
    assert answer == (422, "invalid-request", ["/" + "/".join(map(str, at))])


@pytest.mark.parametrize("name", ROUTES)
def test_an_unknown_field_is_named(stack: DeployedStack, name: str) -> None:
    body = {**ROUTES[name][2], "a/b~c": 1}
    assert refusal(send(stack, name, body)) == (422, "invalid-request", ["/a~1b~0c"])


def test_rejected_requests_leave_no_items(stack: DeployedStack) -> None:
    """Runs last in this module: only valid bodies created items, which are tickets and a manual block."""
    dynamodb = stack.stack.client("dynamodb")
    kinds = {
        name: {
            item["sk"]["S"] for item in dynamodb.scan(TableName=stack.description["tables"][name])["Items"]
        }
        for name in ("uploads", "cases", "reporters", "hash_bank", "idempotency")
    }
    attempts = {sk for sk in kinds.pop("cases") if sk in {"CASE", "REPORT", "APPEAL"}}
    assert attempts == set()
    assert kinds == {"uploads": {"TICKET"}, "reporters": set(), "hash_bank": set(), "idempotency": set()}

"""Invalid bodies, media types, ids, headers and methods are rejected with a precise problem."""

from __future__ import annotations

import pytest
import requests

from tests.functions.valid_requests import ROUTES, caller, refusal, send
from tests.journeys.deployed import DeployedStack


@pytest.mark.parametrize("body", [[], "text", 1, True, None], ids=repr)
@pytest.mark.parametrize("name", ["upload", "report", "decision"])
def test_body_that_is_no_object_is_rejected(stack: DeployedStack, name: str, body: object) -> None:
    assert refusal(send(stack, name, body)) == (422, "invalid-request", [""])


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{'a': 1}",
        b"\xff\xfe",
        b'{"account_id": "\xe9"}',
        b"\xef\xbb\xbf{}",
        b"{} {}",
        b"NaN",
        b'{"size": -Infinity}',
        b"[" * 100_000,
        b"9" * 5000,
    ],
    ids=lambda body: repr(body[:12]),
)
@pytest.mark.parametrize("name", ["upload", "report", "decision"])
def test_body_that_is_not_json_is_rejected(stack: DeployedStack, name: str, body: bytes) -> None:
    assert refusal(send(stack, name, body)) == (400, "not-json", [])


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx", "/"],
)
def test_body_of_another_content_type_is_rejected(stack: DeployedStack, kind: str) -> None:
    response = send(stack, "upload", ROUTES["upload"][2], **{"content-type": kind})
    assert refusal(response) == (415, "unsupported-media-type", ["header content-type"])


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "Application/JSON", "APPLICATION/JSON;q=1"]
)
def test_json_content_type_is_recognised_in_any_spelling(stack: DeployedStack, kind: str) -> None:
    assert send(stack, "upload", ROUTES["upload"][2], **{"content-type": kind}).status_code == 201


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data"])
def test_empty_body_is_a_missing_body(stack: DeployedStack, kind: str) -> None:
    assert refusal(send(stack, "upload", b"", **{"content-type": kind})) == (422, "invalid-request", [""])


def test_body_with_many_errors_gets_a_short_answer(stack: DeployedStack) -> None:
    body = {**{f"field{number}": 1 for number in range(50_000)}, "x" * 100_000: 1}
    response = send(stack, "upload", body)
    assert response.status_code == 422
    assert len(response.content) < 10_000


def test_rejected_values_are_not_echoed(stack: DeployedStack) -> None:
    private = "my name is Jane Roe"
    body = {**ROUTES["report"][2], "relation": private, "statement": [private], "contact": private}
    assert private not in send(stack, "report", body).text


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("alpha", "/v1/uploads/{}"),
        ("alpha", "/v1/accounts/{}"),
        ("", "/v1/cases/{}"),
        ("robin", "/v1/review/cases/{}"),
        ("noor", "/v1/audit/{}"),
    ],
)
def test_overlong_id_is_rejected_before_any_lookup(stack: DeployedStack, who: str, path: str) -> None:
    response = caller(stack, who).get(path.format("x" * 2100), headers={"case-secret": "x"})
    status, kind, (pointer,) = refusal(response)
    assert (status, kind, pointer.split()[0]) == (422, "invalid-request", "path")


@pytest.mark.parametrize(
    "odd", ["%00", "%22", "a%2Fb", "%F0%9F%92%A9", "..%2F..", "%0A", "%ff", "a%20b", "'"]
)
@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("alpha", "/v1/uploads/{}"),
        ("", "/v1/cases/{}"),
        ("robin", "/v1/review/cases/{}"),
        ("noor", "/v1/audit/{}"),
    ],
)
def test_malformed_id_is_not_found(stack: DeployedStack, who: str, path: str, odd: str) -> None:
    response = caller(stack, who).get(path.format(odd), headers={"case-secret": "x"})
    assert refusal(response) == (404, "not-found", [])


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "", "1e9", "9" * 5000])
def test_page_size_is_bounded(stack: DeployedStack, limit: str) -> None:
    response = stack.reviewer().get("/v1/review/queue", params={"limit": limit})
    assert refusal(response) == (422, "invalid-request", ["query parameter limit"])


@pytest.mark.parametrize("etag", ["3", '"x"', '""', '"-1"', "", '"1", "2"', '"99999999999999999999"'])
def test_malformed_if_match_is_rejected(stack: DeployedStack, etag: str) -> None:
    response = send(stack, "decision", ROUTES["decision"][2], **{"if-match": etag})
    assert refusal(response) == (422, "invalid-request", ["header If-Match"])


@pytest.mark.parametrize("key", ["", "x" * 129])
def test_idempotency_key_length_is_bounded(stack: DeployedStack, key: str) -> None:
    response = send(stack, "upload", ROUTES["upload"][2], **{"idempotency-key": key})
    assert refusal(response) == (422, "invalid-request", ["header idempotency-key"])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/v1/uploads"),
        ("DELETE", "/v1/uploads/x"),
        ("PATCH", "/v1/reports"),
        ("GET", "/v1/reports"),
        ("POST", "/v1/openapi.json"),
        ("HEAD", "/v1/uploads/x"),
        ("GET", "/"),
        ("GET", "/v2/uploads"),
    ],
)
def test_unknown_route_is_the_gateways_404(stack: DeployedStack, method: str, path: str) -> None:
    response = requests.request(method, stack.stack.api_url + path, timeout=30)
    assert response.status_code == 404
    assert method == "HEAD" or response.json() == {"message": "Not Found"}


@pytest.mark.parametrize("depth", [50, 500, 900, 950, 980, 990, 1100, 5000])
def test_deeply_nested_body_is_rejected_at_any_depth(stack: DeployedStack, depth: int) -> None:
    """Just below the parser's limit the body is read, and rejected by the schema."""
    response = send(stack, "upload", b'{"account_id":' * depth + b"1" + b"}" * depth)
    assert response.status_code in {400, 422}


def test_appeal_takes_a_case_or_an_upload_not_both(stack: DeployedStack) -> None:
    both = {"account_id": "ann", "case_id": "a-case", "upload_id": "an-upload", "statement": "why"}
    assert refusal(stack.app().post("/v1/appeals", both)) == (422, "invalid-request", ["/upload_id"])

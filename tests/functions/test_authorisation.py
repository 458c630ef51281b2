"""Access control: no token, invalid tokens, missing scopes and groups without permission."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import jwt
import pytest
import requests

from infra.local.tokens import TokenService
from tests.functions.valid_requests import ROUTES, caller, refusal, send
from tests.journeys.deployed import DeployedStack

USER_SCOPE = "aws.cognito.signin.user.admin"
PUBLIC = {
    ("GET", "/v1/report-form"),
    ("POST", "/v1/reports"),
    ("GET", "/v1/cases/{case_number}"),
    ("POST", "/v1/cases/{case_number}/information"),
    ("POST", "/v1/cases/{case_number}/appeal"),
    ("POST", "/v1/cases/{case_number}/recover"),
    ("POST", "/v1/cases/{case_number}/withdraw"),
    ("POST", "/v1/cases/{case_number}/preserve"),
    ("POST", "/v1/cases/{case_number}/erase"),
    ("GET", "/v1/notices/{token}"),
    ("POST", "/v1/notices/{token}/appeal"),
}


def protected(stack: DeployedStack) -> list[tuple[str, str, list[str]]]:
    """Return (method, path with ids, scopes of which a token needs one)."""
    return [
        (method, path.replace("{", "").replace("}", ""), operation["security"][0]["token"])
        for method, path, operation in stack.contract.operations()
        if operation["security"]
    ]


def answers(stack: DeployedStack, token: str | None, routes: list[tuple[str, str]]) -> set[tuple[int, str]]:
    """Return the status and body of all routes with this token."""
    anybody = stack.caller(token)
    found = (anybody.request(method, path) for method, path in routes)
    return {(response.status_code, response.text) for response in found}


def all_routes(stack: DeployedStack) -> list[tuple[str, str]]:
    return [(method, path) for method, path, _ in protected(stack)]


def service(stack: DeployedStack, lifetime: int = 3600) -> TokenService:
    """Return a token service that signs with the key of the user pool."""
    pool = stack.description["user_pool_id"]
    return TokenService(stack.description["issuer"], stack.stack._emulator.signing_key(pool), lifetime)


def test_public_routes_are_exactly_the_listed_ones(stack: DeployedStack) -> None:
    public = {(m, path) for m, path, operation in stack.contract.operations() if not operation["security"]}
    assert public == PUBLIC


def test_route_without_a_token_is_401(stack: DeployedStack) -> None:
    assert answers(stack, None, all_routes(stack)) == {(401, '{"message": "Unauthorized"}')}


def test_forged_token_is_rejected(stack: DeployedStack) -> None:
    good = stack.stack.token("alpha")
    header, claims, signature = good.split(".")
    client = stack.description["platforms"][0]["client_id"]
    more: dict[str, Any] = jwt.decode(good, options={"verify_signature": False})
    more["scope"] = "platform/beta staydown/uploads"
    widened = base64.urlsafe_b64encode(json.dumps(more).encode()).decode().rstrip("=")
    unsigned = jwt.encode(more, "", algorithm="none", headers={"kid": "dummy"})
    false = {
        "no token": "",
        "no JWT": "abc",
        "tampered signature": f"{header}.{claims}.{signature[:-6]}AAAAAA",
        "no signature": f"{header}.{claims}.",
        "widened": f"{header}.{widened}.{signature}",
        "unsigned": unsigned,
        "signed with a secret": jwt.encode(more, "x" * 32, algorithm="HS256", headers={"kid": "dummy"}),
        "expired": service(stack, lifetime=-1).issue_client_token(
            client, ["staydown/uploads", "platform/alpha"]
        ),
        "another client's": service(stack).issue_client_token(
            "unknown-client", ["staydown/uploads", "platform/alpha"]
        ),
        "another pool's": jwt.encode(
            {**more, "iss": "https://example.org", "exp": int(time.time()) + 60},
            service(stack)._private,
            algorithm="RS256",
            headers={"kid": "dummy"},
        ),
    }
    routes = all_routes(stack)
    for name, token in false.items():
        assert answers(stack, token, routes) == {(401, '{"message": "Unauthorized"}')}, name


def test_token_without_the_scope_of_a_route_is_rejected(stack: DeployedStack) -> None:
    client = stack.description["platforms"][0]["client_id"]
    for method, path, scopes in protected(stack):
        others = sorted({"staydown/uploads", "staydown/checks", USER_SCOPE, "platform/alpha"} - set(scopes))
        token = service(stack).issue_client_token(client, others)
        assert answers(stack, token, [(method, path)]) == {(403, '{"message": "Forbidden"}')}, path


@pytest.mark.parametrize("platforms", [[], ["platform/"], ["platform/alpha", "platform/beta"]])
def test_token_must_name_exactly_one_platform(stack: DeployedStack, platforms: list[str]) -> None:
    client = stack.description["platforms"][0]["client_id"]
    scopes = ["staydown/uploads", "staydown/accounts", "staydown/appeals", "staydown/checks", *platforms]
    anybody = stack.caller(service(stack).issue_client_token(client, scopes))
    for name in ("upload", "check", "appeal"):
        assert refusal(anybody.post(ROUTES[name][1], ROUTES[name][2])) == (403, "not-allowed", [])
    assert refusal(anybody.get("/v1/accounts/x")) == (403, "not-allowed", [])


@pytest.mark.parametrize("groups", [None, [], ["visitor"], ["reviewers", "not reviewer's"]])
def test_user_outside_the_staff_groups_may_do_nothing(stack: DeployedStack, groups: list[str] | None) -> None:
    claims: dict[str, Any] = jwt.decode(stack.stack.token("robin"), options={"verify_signature": False})
    claims.pop("cognito:groups")
    if groups is not None:
        claims["cognito:groups"] = groups
    anybody = stack.caller(service(stack)._sign(claims))
    for name, (who, path, body) in ROUTES.items():
        if who in {"robin", "noor"}:
            refused = anybody.post(path, body, headers={"If-Match": '"1"'})
            assert refusal(refused)[:2] == (403, "not-allowed"), name
    read = ("review/queue", "review/cases/c", "review/appeals", "audit/c", "stats", "bank/entries")
    for path in (*read, "accounts/x?platform=alpha"):
        assert refusal(anybody.get(f"/v1/{path}"))[:2] == (403, "not-allowed"), path
    for path in ("/v1/review/next", "/v1/review/cases/c/claim"):
        assert refusal(anybody.post(path)) == (403, "not-allowed", []), path


@pytest.mark.parametrize("name", ["robin", "sasha", "kim"])
def test_reviewer_may_not_use_senior_routes(stack: DeployedStack, name: str) -> None:
    robin = stack.reviewer(name)
    for route in ("block", "unblock", "entry"):
        assert refusal(robin.post(ROUTES[route][1], ROUTES[route][2])) == (403, "not-allowed", [])
    for path in ("/v1/audit/c", "/v1/audit?case_number=x", "/v1/stats", "/v1/bank/entries"):
        assert refusal(robin.get(path)) == (403, "not-allowed", []), path
    assert stack.app().account("x")["state"] == "active"


@pytest.mark.parametrize("name", ["noor", "ada"])
def test_a_senior_and_an_admin_may_block_and_unblock(stack: DeployedStack, name: str) -> None:
    account, body = f"of-{name}", {"platform": "alpha", "reason": "spam"}
    blocked = stack.reviewer(name).answer("POST", f"/v1/accounts/{account}/block", json=body)
    assert (blocked["state"], blocked["blocks"][0]["case_id"]) == ("blocked", None)
    unblocked = stack.reviewer(name).answer(
        "POST", f"/v1/accounts/{account}/unblock", json={"platform": "alpha"}
    )
    assert unblocked["state"] == "active"


def test_upload_of_another_platform_looks_unknown(stack: DeployedStack) -> None:
    theirs = stack.app("beta").ticket("bob")["upload_id"]
    unknown = theirs[:-4] + "0000"
    answers = [stack.app("alpha").get(f"/v1/uploads/{upload_id}") for upload_id in (theirs, unknown)]
    assert [refusal(answer) for answer in answers] == [(404, "not-found", [])] * 2
    assert answers[0].text.replace(theirs, unknown) == answers[1].text
    names = [sorted(name for name in answer.headers if name != "Date") for answer in answers]
    assert names[0] == names[1]


@pytest.mark.parametrize(
    ("who", "method", "path"),
    [
        ("robin", "GET", "/v1/review/cases/{}"),
        ("robin", "POST", "/v1/review/cases/{}/claim"),
        ("noor", "GET", "/v1/audit/{}"),
    ],
)
def test_an_unknown_id_is_not_found(stack: DeployedStack, who: str, method: str, path: str) -> None:
    response = caller(stack, who).request(method, path.format("00000000-0000-7000-8000-000000000000"))
    assert refusal(response) == (404, "not-found", [])


@pytest.mark.parametrize("name", ["reveal", "decision", "appeal decision"])
def test_decision_on_a_missing_subject_is_not_found(stack: DeployedStack, name: str) -> None:
    assert refusal(send(stack, name, ROUTES[name][2])) == (404, "not-found", [])


def test_reviewer_must_name_the_platform_of_an_account(stack: DeployedStack) -> None:
    assert refusal(stack.reviewer().get("/v1/accounts/x")) == (
        422,
        "invalid-request",
        ["query parameter platform"],
    )


def test_platform_cannot_read_an_account_of_another(stack: DeployedStack) -> None:
    account = stack.app("alpha").answer("GET", "/v1/accounts/x", params={"platform": "beta"})
    assert account["platform"] == "alpha"


def test_cors_allows_every_header_of_the_document(stack: DeployedStack) -> None:
    """CORS allows every header of the document, and exposes the ETag."""
    sent = {
        parameter["name"].lower()
        for _, _, operation in stack.contract.operations()
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "header"
    }
    cors_headers = {"Origin": "https://console.example", "Access-Control-Request-Method": "POST"}
    preflight = requests.options(f"{stack.stack.api_url}/v1/reports", headers=cors_headers, timeout=30)
    allowed = set(preflight.headers["access-control-allow-headers"].split(","))
    assert sent | {"authorization", "content-type"} <= allowed
    answer = requests.get(f"{stack.stack.api_url}/v1/openapi.json", headers=cors_headers, timeout=30)
    assert "etag" in answer.headers["access-control-expose-headers"]

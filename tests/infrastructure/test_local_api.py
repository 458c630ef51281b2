"""The local HTTP API: routes, authorizer, throttling, CORS and the events of functions."""

from __future__ import annotations

import base64
import socket
import struct
import threading
import time
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.infrastructure import recorded_events as ledger
from tests.infrastructure.conftest import TinyStack

SECONDS = 10


def _get(tiny: TinyStack, path: str, **headers: str) -> requests.Response:
    return requests.get(tiny.stack.api_url + path, headers=headers, timeout=SECONDS)


def _claims(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def _signed_by_the_pool(tiny: TinyStack, claims: dict[str, Any], kid: str = "dummy") -> str:
    assert tiny.stack.callers is not None
    key = tiny.stack._emulator.signing_key(tiny.stack.callers.user_pool_id)
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid})


def test_request_becomes_a_payload_format_2_event(tiny: TinyStack) -> None:
    token = tiny.stack.token("alpha")
    answer = _get(tiny, "/things/a%20b?x=1&x=2&y=%C3%BC", Authorization=f"Bearer {token}", Cookie="a=1; b=2")
    assert answer.status_code == 200
    event = answer.json()["event"]
    assert event["version"] == "2.0"
    assert event["routeKey"] == "GET /things/{name}"
    assert event["pathParameters"] == {"name": "a b"}
    assert event["queryStringParameters"] == {"x": "1,2", "y": "ü"}
    assert event["rawQueryString"] == "x=1&x=2&y=%C3%BC"
    assert event["cookies"] == ["a=1", "b=2"]
    assert "cookie" not in event["headers"]
    assert event["isBase64Encoded"] is False
    assert "body" not in event
    context = event["requestContext"]
    assert context["http"]["method"] == "GET"
    assert context["http"]["sourceIp"] == "127.0.0.1"
    assert context["stage"] == "$default"
    assert 0 < answer.json()["remaining"] <= 5000


def test_claims_reach_the_function_as_strings(tiny: TinyStack) -> None:
    platform = _get(tiny, "/things/x", **tiny.stack.authorization("alpha")).json()["event"]
    claims = platform["requestContext"]["authorizer"]["jwt"]["claims"]
    assert "platform/alpha" in claims["scope"].split()
    assert claims["exp"].isdigit()
    assert "aud" not in claims
    person = _get(tiny, "/me", **tiny.stack.authorization("robin")).json()["event"]
    claims = person["requestContext"]["authorizer"]["jwt"]["claims"]
    assert claims["cognito:groups"] == "[reviewer]"
    assert claims["username"] == "robin"


def test_text_body_stays_text_and_binary_is_base64(tiny: TinyStack) -> None:
    url = tiny.stack.api_url + "/public"
    for kind, raw, encoded in (
        ("application/json", b'{"a": 1}', False),
        ("application/problem+json; charset=utf-8", b"{}", False),
        ("image/png", b"\x89PNG", True),
        ("application/x-www-form-urlencoded", b"a=1", True),
        ("text/plain", b"\xff", True),
    ):
        event = requests.post(url, data=raw, headers={"Content-Type": kind}, timeout=SECONDS).json()["event"]
        assert event["isBase64Encoded"] is encoded, kind
        body = event["body"]
        assert (base64.b64decode(body) if encoded else body.encode()) == raw


def test_literal_route_takes_precedence_over_a_parameter(tiny: TinyStack) -> None:
    assert _get(tiny, "/things/all").json()["event"]["routeKey"] == "GET /things/all"


def test_unknown_route_is_404_without_invoking_a_function(tiny: TinyStack) -> None:
    for answer in (_get(tiny, "/nothing"), requests.post(tiny.stack.api_url + "/me", timeout=SECONDS)):
        assert answer.status_code == 404
        assert answer.json() == {"message": "Not Found"}
    assert ledger.events == []


def _without_token(tiny: TinyStack) -> dict[str, str]:
    return {}


def _no_jwt(tiny: TinyStack) -> dict[str, str]:
    return {"Authorization": "Bearer nonsense"}


def _signed_by_another_key(tiny: TinyStack) -> dict[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    claims = _claims(tiny.stack.token("alpha"))
    return {"Authorization": jwt.encode(claims, key, algorithm="RS256", headers={"kid": "dummy"})}


def _of_an_unknown_key(tiny: TinyStack) -> dict[str, str]:
    token = _signed_by_the_pool(tiny, _claims(tiny.stack.token("alpha")), kid="other")
    return {"Authorization": f"Bearer {token}"}


def _unsigned(tiny: TinyStack) -> dict[str, str]:
    claims = _claims(tiny.stack.token("alpha"))
    return {"Authorization": jwt.encode(claims, "", algorithm="none", headers={"kid": "dummy"})}


def _expired(tiny: TinyStack) -> dict[str, str]:
    claims = {**_claims(tiny.stack.token("alpha")), "exp": int(time.time()) - 60}
    return {"Authorization": f"Bearer {_signed_by_the_pool(tiny, claims)}"}


def _of_another_issuer(tiny: TinyStack) -> dict[str, str]:
    claims = {**_claims(tiny.stack.token("alpha")), "iss": "https://elsewhere.example"}
    return {"Authorization": f"Bearer {_signed_by_the_pool(tiny, claims)}"}


def _of_another_client(tiny: TinyStack) -> dict[str, str]:
    claims = {**_claims(tiny.stack.token("alpha")), "client_id": "another"}
    return {"Authorization": f"Bearer {_signed_by_the_pool(tiny, claims)}"}


@pytest.mark.parametrize(
    "header",
    [
        _without_token,
        _no_jwt,
        _signed_by_another_key,
        _of_an_unknown_key,
        _unsigned,
        _expired,
        _of_another_issuer,
        _of_another_client,
    ],
)
def test_invalid_token_is_401(tiny: TinyStack, header: Any) -> None:
    answer = _get(tiny, "/things/x", **header(tiny))
    assert answer.status_code == 401
    assert answer.json() == {"message": "Unauthorized"}
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert ledger.events == []


def test_token_without_the_scope_of_the_route_is_403(tiny: TinyStack) -> None:
    for path, caller in (("/things/x", "robin"), ("/me", "alpha")):
        answer = _get(tiny, path, **tiny.stack.authorization(caller))
        assert answer.status_code == 403
        assert answer.json() == {"message": "Forbidden"}
    assert ledger.events == []


def test_route_without_scopes_requires_those_of_the_authorizer(tiny: TinyStack) -> None:
    statuses = {
        name: _get(tiny, "/without-scopes", **tiny.stack.authorization(name)).status_code
        for name in ("robin", "alpha")
    }
    assert statuses == {"robin": 200, "alpha": 403}


def test_calls_beyond_the_burst_are_429(tiny: TinyStack) -> None:
    assert [_get(tiny, "/narrow").status_code for _ in range(4)] == [200, 200, 429, 429]


def test_raising_function_is_500_and_its_traceback_is_reported(tiny: TinyStack) -> None:
    headers = {"Content-Type": "text/plain"}
    answer = requests.post(tiny.stack.api_url + "/public", data="raise", headers=headers, timeout=SECONDS)
    assert answer.status_code == 500
    assert answer.json() == {"message": "Internal Server Error"}
    assert any("ValueError: the body said so" in line for line in tiny.report)


def test_answer_without_a_status_code_is_the_body(tiny: TinyStack) -> None:
    headers = {"Content-Type": "text/plain"}
    answer = requests.post(tiny.stack.api_url + "/public", data="bare", headers=headers, timeout=SECONDS)
    assert (answer.status_code, answer.json()) == (200, {"no": "status code"})


def test_missing_function_module_is_500_and_named(tiny: TinyStack) -> None:
    assert _get(tiny, "/unwritten").status_code == 500
    assert tiny.report == ["Unwritten is missing: no module tests.infrastructure.tiny.unwritten"]


def test_body_above_the_lambda_limit_is_413(tiny: TinyStack) -> None:
    large = b"x" * (6 * 1024 * 1024 + 1)
    answer = requests.post(tiny.stack.api_url + "/public", data=large, timeout=SECONDS)
    assert answer.status_code == 413


def test_client_that_resets_its_connection_is_not_reported(
    tiny: TinyStack, capsys: pytest.CaptureFixture[str]
) -> None:
    url = urlsplit(tiny.stack.api_url)
    before = set(threading.enumerate())
    with socket.create_connection((url.hostname, url.port), timeout=SECONDS) as client:
        client.sendall(b"GET /nowhere HTTP/1.1\r\nHost: here\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 404")
        (serving,) = set(threading.enumerate()) - before
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    serving.join(SECONDS)
    assert not serving.is_alive()
    assert capsys.readouterr().err == ""


def test_only_the_allowed_origin_passes_cors(tiny: TinyStack) -> None:
    url = tiny.stack.api_url + "/things/all"
    preflight = requests.options(url, headers={"Origin": "https://console.example"}, timeout=SECONDS)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "https://console.example"
    assert preflight.headers["access-control-allow-headers"] == "authorization"
    answered = _get(tiny, "/things/all", Origin="https://console.example")
    assert answered.headers["access-control-expose-headers"] == "etag"
    stranger = _get(tiny, "/things/all", Origin="https://other.example")
    assert "access-control-allow-origin" not in stranger.headers


def test_only_published_images_are_served(tiny: TinyStack) -> None:
    s3 = tiny.stack.client("s3")
    s3.put_object(Bucket=tiny.stack.buckets["public"], Key="p/ä", Body=b"img", ContentType="image/png")
    s3.put_object(Bucket=tiny.stack.buckets["things"], Key="secret", Body=b"no")
    url = tiny.stack.api_url + "/published/"
    found = requests.get(url + "p/%C3%A4", timeout=SECONDS)
    assert (found.status_code, found.content) == (200, b"img")
    assert found.headers["content-type"] == "image/png"
    assert found.headers["x-content-type-options"] == "nosniff"
    for path in ("secret", "../staydown-things-bucket/secret", "", "p"):
        assert requests.get(url + path, timeout=SECONDS).status_code in {403, 404}
    assert requests.put(url + "p/%C3%A4", data=b"x", timeout=SECONDS).status_code == 403
    assert requests.delete(url + "p/%C3%A4", timeout=SECONDS).status_code == 403


def _token(tiny: TinyStack, **form: str) -> requests.Response:
    return requests.post(tiny.stack.api_url + "/oauth2/token", data=form, timeout=SECONDS)


def test_client_credentials_give_a_valid_token(tiny: TinyStack) -> None:
    assert tiny.stack.callers is not None
    alpha = tiny.stack.callers.platforms[0]
    form = {
        "grant_type": "client_credentials",
        "client_id": alpha.client_id,
        "client_secret": alpha.client_secret,
    }
    answer = _token(tiny, **form).json()
    assert answer["token_type"] == "Bearer"
    assert _claims(answer["access_token"])["scope"].split() == ["staydown/uploads", "platform/alpha"]
    assert _get(tiny, "/things/x", Authorization=f"Bearer {answer['access_token']}").status_code == 200
    basic = requests.post(
        tiny.stack.api_url + "/oauth2/token",
        data={"grant_type": "client_credentials", "scope": "platform/alpha"},
        auth=(alpha.client_id, alpha.client_secret),
        timeout=SECONDS,
    ).json()
    assert _claims(basic["access_token"])["scope"] == "platform/alpha"
    assert _get(tiny, "/things/x", Authorization=f"Bearer {basic['access_token']}").status_code == 403


def test_wrong_credentials_or_foreign_scopes_give_no_token(tiny: TinyStack) -> None:
    assert tiny.stack.callers is not None
    alpha, console = tiny.stack.callers.platforms[0], tiny.stack.callers.console_client_id
    grant = {"grant_type": "client_credentials", "client_id": alpha.client_id}
    for form, error in (
        ({**grant, "client_secret": "wrong"}, "invalid_client"),
        ({**grant, "client_id": "nobody", "client_secret": "x"}, "invalid_client"),
        ({**grant, "client_id": console, "client_secret": ""}, "invalid_client"),
        ({**grant, "client_secret": alpha.client_secret, "scope": "platform/beta"}, "invalid_scope"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ):
        answer = _token(tiny, **form)
        assert (answer.status_code, answer.json()) == (400, {"error": error})

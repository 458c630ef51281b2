"""Convert HTTP requests and responses to HTTP API events (payload format 2.0) and back."""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from infra.local.emulator import ACCOUNT
from infra.local.routes import Route
from infra.local.tokens import claims_as_text

_TEXT = re.compile(r"text/.*|application/(.+\+)?(json|xml)|application/javascript")


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request."""

    method: str
    target: str
    """Path and query, percent-encoded."""
    headers: Mapping[str, str]
    """By name in lower case, with repeated values joined by commas."""
    body: bytes = b""
    source_ip: str = "127.0.0.1"

    @property
    def path(self) -> str:
        """The percent-encoded path."""
        return urlsplit(self.target).path

    @property
    def query(self) -> str:
        return urlsplit(self.target).query


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = field(default=())


def gateway_message(status: int, text: str, *headers: tuple[str, str]) -> Response:
    """Return a response of API Gateway itself: {"message": …}."""
    body = json.dumps({"message": text}).encode()
    return Response(status, body, (("content-type", "application/json"), *headers))


def to_lambda_event(
    request: Request, route: Route, parameters: Mapping[str, str], claims: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return the event for a function. claims: of the caller's token, or None on a public route."""
    headers = {name: value for name, value in request.headers.items() if name != "cookie"}
    body, is_base64 = _encode_body(request)
    now = time.time()
    path = unquote(request.path)
    context: dict[str, Any] = {
        "accountId": ACCOUNT,
        "apiId": "local",
        "domainName": headers.get("host", "localhost"),
        "domainPrefix": "local",
        "http": {
            "method": request.method,
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": request.source_ip,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": str(uuid.uuid4()),
        "routeKey": route.key,
        "stage": "$default",
        "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
        "timeEpoch": int(now * 1000),
    }
    if claims is not None:
        scopes = list(route.scopes) or None
        context["authorizer"] = {"jwt": {"claims": claims_as_text(claims), "scopes": scopes}}
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": context,
        "isBase64Encoded": is_base64,
    }
    if cookies := request.headers.get("cookie"):
        event["cookies"] = [cookie.strip() for cookie in cookies.split(";")]
    if request.query:
        event["queryStringParameters"] = _query_parameters(request.query)
    if parameters:
        event["pathParameters"] = {name: unquote(value) for name, value in parameters.items()}
    if body is not None:
        event["body"] = body
    return event


def to_http_response(result: Any) -> Response:
    """Return a function's result as a response: status 500 if API Gateway could not read it."""
    if not isinstance(result, Mapping) or "statusCode" not in result:
        # A result without a status code is the body.
        return Response(200, json.dumps(result).encode(), (("content-type", "application/json"),))
    body = result.get("body") or ""
    try:
        raw = base64.b64decode(body, validate=True) if result.get("isBase64Encoded") else str(body).encode()
    except binascii.Error:
        return gateway_message(500, "Internal Server Error")
    headers = {str(name).lower(): str(value) for name, value in (result.get("headers") or {}).items()}
    headers.setdefault("content-type", "text/plain;charset=UTF-8")
    cookies = tuple(("set-cookie", cookie) for cookie in result.get("cookies") or ())
    return Response(int(result["statusCode"]), raw, (*headers.items(), *cookies))


def _encode_body(request: Request) -> tuple[str | None, bool]:
    """Return the body as text for text media types, else as base64, and whether it is base64."""
    if not request.body:
        return None, False
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if _TEXT.fullmatch(kind):
        try:
            return request.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(request.body).decode(), True


def _query_parameters(query: str) -> dict[str, str]:
    """Return the decoded query parameters, with repeated values joined by commas."""
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        values.setdefault(name, []).append(value)
    return {name: ",".join(items) for name, items in values.items()}

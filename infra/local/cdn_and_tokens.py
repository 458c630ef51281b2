"""The published images (CloudFront) and the token endpoint (Cognito)."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote

from botocore.exceptions import ClientError

from infra.local.http_events import Request, Response
from infra.local.tokens import TokenService

PUBLISHED_PATH = "/published"
TOKEN_PATH = "/oauth2/token"  # noqa: S105 a path
CONSOLE_PATH = "/console/"


def serve_published(s3: Any, bucket: str) -> Callable[[Request], Response]:
    """Return a handler for the published bucket, like the distribution: GET and HEAD, otherwise 403."""

    def handle(request: Request) -> Response:
        denied = Response(403, b"", (("content-type", "application/xml"),))
        key = unquote(request.path.removeprefix(PUBLISHED_PATH + "/"))
        if request.method not in {"GET", "HEAD"} or not key:
            return denied
        try:
            s3_object = s3.get_object(Bucket=bucket, Key=key)
        except ClientError:
            # S3 returns 403 for a missing object, because the distribution may not list the bucket.
            return denied
        headers = (
            ("content-type", s3_object["ContentType"]),
            ("etag", s3_object["ETag"]),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "SAMEORIGIN"),
            ("referrer-policy", "strict-origin-when-cross-origin"),
        )
        return Response(200, s3_object["Body"].read(), headers)

    return handle


class _TokenRequestRejected(Exception):
    """An error code of RFC 6749, section 5.2."""


def serve_tokens(cognito: Any, user_pool_id: str, tokens: TokenService) -> Callable[[Request], Response]:
    """Return a handler for client credentials (RFC 6749, section 4.4), which moto does not support."""

    def grant(request: Request) -> str:
        form = {name: values[0] for name, values in parse_qs(request.body.decode(errors="replace")).items()}
        if form.get("grant_type") != "client_credentials":
            raise _TokenRequestRejected("unsupported_grant_type")
        client_id, secret = _client_credentials(request, form)
        try:
            client = cognito.describe_user_pool_client(UserPoolId=user_pool_id, ClientId=client_id)
        except ClientError:
            raise _TokenRequestRejected("invalid_client") from None
        client = client["UserPoolClient"]
        expected = client.get("ClientSecret", "")
        if not expected or not hmac.compare_digest(expected.encode(), secret.encode()):
            raise _TokenRequestRejected("invalid_client")
        if "client_credentials" not in client.get("AllowedOAuthFlows", []):
            raise _TokenRequestRejected("unauthorized_client")
        allowed = client.get("AllowedOAuthScopes", [])
        requested = form["scope"].split() if "scope" in form else allowed
        if not set(requested) <= set(allowed):
            raise _TokenRequestRejected("invalid_scope")
        return tokens.issue_client_token(client_id, requested)

    def handle(request: Request) -> Response:
        if request.method != "POST":
            return Response(405)
        try:
            token = grant(request)
        except _TokenRequestRejected as error:
            return _json_response(400, {"error": str(error)})
        return _json_response(
            200, {"access_token": token, "expires_in": tokens.lifetime, "token_type": "Bearer"}
        )

    return handle


def _client_credentials(request: Request, form: dict[str, str]) -> tuple[str, str]:
    """Return client id and secret from the Authorization header (basic) or from the form."""
    kind, _, encoded = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return form.get("client_id", "-"), form.get("client_secret", "")
    try:
        client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "-", ""
    return client_id or "-", secret


def _json_response(status: int, content: dict[str, Any]) -> Response:
    headers = (("content-type", "application/json"), ("cache-control", "no-store"))
    return Response(status, json.dumps(content).encode(), headers)

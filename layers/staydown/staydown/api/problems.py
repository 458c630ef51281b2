"""Errors as RFC 9457 problem details: a stable type, the cause, its place and the remedy."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aws_lambda_powertools.event_handler import Response

from staydown.domain.errors import StaydownError

CONTENT_TYPE = "application/problem+json"
TYPE_BASE = "https://staydown.dev/problems/"
"""Problem types are identifiers. Their URLs need not resolve."""

MAX_ERRORS = 20
"""The limit of listed errors: a large request body can contain hundreds of thousands."""
_MAX_POINTER_LENGTH = 200

_LOCATIONS = {"query": "query parameter", "path": "path", "header": "header"}


def problem_response(
    *,
    status: int,
    slug: str,
    title: str,
    detail: str,
    pointers: Mapping[str, str] | None = None,
    extra: Mapping[str, object] | None = None,
) -> Response[str]:
    body: dict[str, object] = {
        **(extra or {}),
        "type": TYPE_BASE + slug,
        "title": title,
        "status": status,
        "detail": detail,
    }
    if pointers:
        body["errors"] = [{"pointer": pointer, "detail": reason} for pointer, reason in pointers.items()]
    return Response(status_code=status, content_type=CONTENT_TYPE, body=json.dumps(body))


def problem_for_error(error: StaydownError) -> Response[str]:
    return problem_response(
        status=error.status,
        slug=error.slug,
        title=error.title,
        detail=error.detail,
        pointers=error.pointers,
        extra=error.extra,
    )


def problem_for_validation(errors: Sequence[Mapping[str, Any]]) -> Response[str]:
    """Return the schema errors by pointer, without the submitted values, which may be private."""
    return problem_response(
        status=422,
        slug="invalid-request",
        title="The request is invalid",
        detail="Some fields are invalid. See `errors`.",
        pointers={
            _pointer(error.get("loc", ())): str(error.get("msg", "invalid")) for error in errors[:MAX_ERRORS]
        },
    )


def to_lambda_response(response: Response[str]) -> dict[str, Any]:
    """Return a problem in the format of a Lambda response, for use outside a resolver."""
    return {
        "statusCode": response.status_code,
        "headers": {"Content-Type": response.content_type},
        "body": response.body,
        "isBase64Encoded": False,
    }


def _pointer(location: Sequence[object]) -> str:
    """Return a JSON pointer into the body or, for a parameter or header, its kind and name."""
    kind, *rest = [str(part) for part in location] or ["body"]
    if kind == "body":
        pointer = "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in rest)
    else:
        pointer = f"{_LOCATIONS.get(kind, kind)} {'.'.join(rest)}"
    return pointer[:_MAX_POINTER_LENGTH]

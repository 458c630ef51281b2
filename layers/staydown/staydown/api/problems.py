"""Errors as RFC 9457 problems: a stable type, what is wrong, where, and what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aws_lambda_powertools.event_handler import Response

from staydown.domain.errors import StaydownError

CONTENT_TYPE = "application/problem+json"
TYPE_BASE = "https://staydown.dev/problems/"
"""Problem types are names; nothing has to answer there."""

_LOCATIONS = {"query": "query parameter", "path": "path", "header": "header"}


def problem(
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
        body["errors"] = [{"pointer": where, "detail": what} for where, what in pointers.items()]
    return Response(status_code=status, content_type=CONTENT_TYPE, body=json.dumps(body))


def problem_of(error: StaydownError) -> Response[str]:
    return problem(
        status=error.status,
        slug=error.slug,
        title=error.title,
        detail=error.detail,
        pointers=error.pointers,
        extra=error.extra,
    )


def problem_of_validation(errors: Sequence[Mapping[str, Any]]) -> Response[str]:
    """What the schema refused, each at its pointer. What was sent is not repeated: it may be private."""
    if any(error.get("type") == "json_invalid" for error in errors):
        return problem(
            status=400,
            slug="not-json",
            title="The body is not JSON",
            detail="Send a JSON document with Content-Type: application/json.",
        )
    return problem(
        status=422,
        slug="invalid-request",
        title="The request is not as it should be",
        detail="Some of the fields can't be accepted; see errors.",
        pointers={_pointer(error.get("loc", ())): str(error.get("msg", "invalid")) for error in errors},
    )


def _pointer(location: Sequence[object]) -> str:
    """A JSON pointer into the body; for anything else the kind of thing and its name."""
    kind, *rest = [str(part) for part in location] or ["body"]
    if kind == "body":
        return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in rest) or ""
    return f"{_LOCATIONS.get(kind, kind)} {'.'.join(rest)}"

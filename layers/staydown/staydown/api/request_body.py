"""Parse a request body: JSON as defined by RFC 8259, or a 4xx problem.

By itself, the library behind the resolver also accepts forms. It reports unreadable input (another media
type, invalid UTF-8, deep nesting, huge numbers) as a server error.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, NoReturn

from staydown.domain.errors import StaydownError

JSON_MEDIA_TYPE = "application/json"


class NotJson(StaydownError):
    slug, status, title = "not-json", 400, "The body is not JSON"

    def __init__(self) -> None:
        super().__init__(f"Send one JSON document in UTF-8, with Content-Type: {JSON_MEDIA_TYPE}.")


class UnsupportedMediaType(StaydownError):
    slug, status, title = "unsupported-media-type", 415, "The media type of the body is not supported"


def require_json_body(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event with its body as text and its Content-Type as JSON, or without both if it has no body.

    Raise UnsupportedMediaType for another Content-Type (a missing one counts as JSON), and NotJson for bytes
    that are not UTF-8.
    """
    headers = dict(event.get("headers") or {})
    declared = headers.pop("content-type", JSON_MEDIA_TYPE)
    normalised = {**event, "headers": headers}
    if not event.get("body"):
        return normalised
    if declared.partition(";")[0].strip().lower() != JSON_MEDIA_TYPE:
        raise UnsupportedMediaType(
            f"Send JSON, with Content-Type: {JSON_MEDIA_TYPE}.",
            pointers={"header content-type": JSON_MEDIA_TYPE},
        )
    headers["content-type"] = JSON_MEDIA_TYPE
    if event.get("isBase64Encoded"):
        try:
            normalised |= {"body": base64.b64decode(event["body"]).decode("utf-8"), "isBase64Encoded": False}
        except ValueError:
            raise NotJson from None
    return normalised


def parse_json(text: str) -> Any:
    """Return the JSON document in the text. Raise NotJson if it is invalid or nested too deep."""
    try:
        return json.loads(text, parse_constant=_reject_constant)
    except (ValueError, RecursionError):
        # Not chained, because the parser's error quotes the input.
        raise NotJson from None


def _reject_constant(constant: str) -> NoReturn:
    """Reject NaN and infinity, which Python accepts but JSON does not define."""
    raise ValueError(constant)

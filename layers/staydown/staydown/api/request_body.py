"""The body of a request: JSON as RFC 8259 has it, or a precise refusal.

Left to itself, the library behind the resolver takes forms as well, and what it can't read (another type,
bytes that are no UTF-8, a thousand brackets, a number without end) comes out as a failure of ours.
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
    slug, status, title = "unsupported-media-type", 415, "The body is of a type that is not read here"


def require_json_body(event: Mapping[str, Any]) -> dict[str, Any]:
    """The event with its body as text and its type as JSON; without a body, without a type.

    UnsupportedType for any other Content-Type (none at all counts as JSON), NotJson for bytes that are no
    text.
    """
    headers = dict(event.get("headers") or {})
    declared = headers.pop("content-type", JSON_MEDIA_TYPE)
    readable = {**event, "headers": headers}
    if not event.get("body"):
        return readable
    if declared.partition(";")[0].strip().lower() != JSON_MEDIA_TYPE:
        raise UnsupportedMediaType(
            f"Send JSON, with Content-Type: {JSON_MEDIA_TYPE}.",
            pointers={"header content-type": JSON_MEDIA_TYPE},
        )
    headers["content-type"] = JSON_MEDIA_TYPE
    if event.get("isBase64Encoded"):
        try:
            readable |= {"body": base64.b64decode(event["body"]).decode("utf-8"), "isBase64Encoded": False}
        except ValueError:
            raise NotJson from None
    return readable


def parse_json(text: str) -> Any:
    """The document in the text; NotJson for anything that is none, or that nobody could mean."""
    try:
        return json.loads(text, parse_constant=_reject_constant)
    except (ValueError, RecursionError):
        # Not chained: a parser's error quotes what it could not read.
        raise NotJson from None


def _reject_constant(constant: str) -> NoReturn:
    """NaN and the infinities: Python reads them, JSON has none."""
    raise ValueError(constant)

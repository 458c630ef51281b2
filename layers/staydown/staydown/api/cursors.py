"""Opaque cursors, which name the start of the next page of a list.

Cursors are not signed: a cursor gives access only to the list of its caller, and malformed ones are rejected.
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import cast

from staydown.domain.errors import InvalidRequest

CursorKey = dict[str, object]


def encode_cursor(key: CursorKey | None) -> str | None:
    if key is None:
        return None
    return base64.urlsafe_b64encode(json.dumps(key, sort_keys=True).encode()).decode().rstrip("=")


def decode_number_cursor(cursor: str | None) -> int | None:
    """Return the number before which a numbered list continues. Raise InvalidRequest for other cursors."""
    if cursor is None:
        return None
    key = _decode(cursor)
    before = key.get("before") if isinstance(key, dict) and set(key) == {"before"} else None
    if not isinstance(before, int) or isinstance(before, bool) or before < 1:
        raise _invalid_cursor()
    return before


def decode_cursor(cursor: str | None, *, queue: str) -> CursorKey | None:
    """Return the key after which a queue continues. Raise InvalidRequest for any other cursor."""
    if cursor is None:
        return None
    key = _decode(cursor)
    if not _is_key_of_queue(key, queue):
        raise _invalid_cursor()
    return cast(CursorKey, key)


def _decode(cursor: str) -> object:
    try:
        return json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        return None


def _invalid_cursor() -> InvalidRequest:
    return InvalidRequest(
        "The cursor does not belong to this list.",
        pointers={"query parameter cursor": "use the value of `next` in the previous page"},
    )


def _is_key_of_queue(key: object, queue: str) -> bool:
    """Return whether it is a key of this queue: `{kind}#{id}` and `{time}#{id}` must have the same id."""
    if not isinstance(key, dict) or set(key) != {"pk", "sk", "queue", "queue_order"}:
        return False
    if key["queue"] != queue or not all(isinstance(value, str) and value for value in key.values()):
        return False
    moment, _, name = key["queue_order"].partition("#")
    try:
        datetime.fromisoformat(moment)
    except ValueError:
        return False
    return bool(name) and key["pk"].partition("#")[2] == name

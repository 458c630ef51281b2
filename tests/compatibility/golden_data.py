"""Golden data: files that an earlier release wrote, as JSON, and functions that read them.

Bytes are `{"$bytes": base64}`. All data is synthetic. Never regenerate it: a release that cannot read it
cannot read the data of deployments.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from staydown.aws.stored_names import STORED_CONSTANTS

GOLDEN = Path(__file__).parent / "golden"

_BYTES = "$bytes"
_TIME = "%Y-%m-%dT%H:%M:%S.%f+00:00"


def golden(name: str) -> Any:
    """Return the content of a JSON file of the golden data."""
    return from_json((GOLDEN / f"{name}.json").read_text("utf-8"))


def golden_bytes(name: str) -> bytes:
    return (GOLDEN / f"{name}.bin").read_bytes()


def from_json(text: str) -> Any:
    return json.loads(text, object_hook=_decoded)


def to_json(value: object) -> str:
    """Return a value as JSON. Equal values give equal text."""
    return json.dumps(_encoded(value), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def canonical(value: object) -> str:
    """Return a value as one line, to compare and sort it."""
    return json.dumps(_encoded(value), sort_keys=True)


def leaves(value: object) -> list[str]:
    """Return every plain value in an object, sorted and without the names of fields."""
    return sorted(canonical(leaf) for leaf in _leaves(value))


def _leaves(value: object) -> Iterator[object]:
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _leaves(getattr(value, field.name))
        # A class of a union has no fields for values that are the same in all of its items.
        yield from _leaves([*STORED_CONSTANTS.get(type(value).__name__, {}).values()])
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(key)
            yield from _leaves(inner)
    elif isinstance(value, set | frozenset | list | tuple):
        for inner in value:
            yield from _leaves(inner)
    elif isinstance(value, Enum):
        yield value.value
    elif isinstance(value, datetime):
        yield value.astimezone(UTC).strftime(_TIME)
    else:
        yield value


def _encoded(value: object) -> object:
    if isinstance(value, bytes):
        return {_BYTES: base64.b64encode(value).decode()}
    if isinstance(value, Mapping):
        return {str(key): _encoded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_encoded(inner) for inner in value]
    return value


def _decoded(value: dict[str, Any]) -> Any:
    return base64.b64decode(value[_BYTES]) if set(value) == {_BYTES} else value

"""Dataclasses as plain JSON values, and back: the details of events and of audit records."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import Field, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

_OMIT_DEFAULT = "omit_default"
_KEY = "key"
_UNPUBLISHED = "unpublished"

OMIT_DEFAULT = {_OMIT_DEFAULT: True}
"""Metadata of a field whose key is absent where it has its default."""
UNPUBLISHED = {_UNPUBLISHED: True}
"""Metadata of a field that has no key."""


def keyed(key: str) -> dict[str, object]:
    """Return the metadata of a field whose key differs from its name."""
    return {_KEY: key}


def to_plain(value: Any) -> dict[str, object]:
    """Return the fields of a dataclass as JSON values by their keys, in their order."""
    found = {_key(one): (one, getattr(value, one.name)) for one in fields(value)}
    return {
        key: _plain(inner)
        for key, (one, inner) in found.items()
        if not one.metadata.get(_UNPUBLISHED) and not _is_omitted(one, inner)
    }


def from_plain(cls: Callable[..., T], values: Mapping[str, object]) -> T:
    """Return the dataclass of JSON values; ignore keys that the class does not know.

    Raise TypeError where a required key is missing, ValueError where a value does not fit.
    """
    return cls(**{name: _read(hint, values[key]) for key, name, hint in _shape(cls) if key in values})


@cache
def _shape(cls: Any) -> tuple[tuple[str, str, Any], ...]:
    """Key, name and type of each published field."""
    hints = get_type_hints(cls)
    published = [one for one in fields(cls) if not one.metadata.get(_UNPUBLISHED)]
    return tuple((_key(one), one.name, hints[one.name]) for one in published)


def _key(one: Field[Any]) -> str:
    return one.metadata.get(_KEY) or one.name


def _is_omitted(one: Field[Any], value: object) -> bool:
    return bool(one.metadata.get(_OMIT_DEFAULT)) and value == one.default


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return to_plain(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, tuple | list) else value


def _read(hint: Any, value: object) -> object:
    if get_origin(hint) in {Union, types.UnionType}:
        if value is None:
            return None
        hint = next(one for one in get_args(hint) if one is not types.NoneType)
    if get_origin(hint) is tuple:
        if not isinstance(value, list | tuple):
            raise ValueError(f"expected a list, not {type(value).__name__}")
        return tuple(_read(get_args(hint)[0], one) for one in value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if hint is datetime:
        return datetime.fromisoformat(str(value))
    if hint in {str, int, bool} and type(value) is not hint:
        raise ValueError(f"expected {hint.__name__}, not {type(value).__name__}")
    return value

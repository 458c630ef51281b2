"""Convert domain objects to DynamoDB items and back.

Pydantic reads the domain's dataclasses, so no field is declared twice. Times become ISO text of fixed width,
which sorts. Sets become sorted lists, because DynamoDB has no empty set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Generic, TypeVar, cast, get_args, get_type_hints

from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer
from pydantic import ConfigDict, TypeAdapter

from staydown.aws.stored_names import STORED_CONSTANTS, STORED_NAMES

type_serializer = TypeSerializer()
type_deserializer = TypeDeserializer()

T = TypeVar("T")

Item = dict[str, Any]
"""Python values by attribute name."""


@cache
def _adapter(cls: Any) -> TypeAdapter[Any]:
    """Return the cached adapter of a class: building one takes milliseconds."""
    _use_stored_names(cls)
    return TypeAdapter(cls)


def _use_stored_names(cls: Any) -> None:
    """Make Pydantic read a dataclass, and the dataclasses in it, by their stored attribute names."""
    if not is_dataclass(cls):
        for argument in get_args(cls):
            _use_stored_names(argument)
        return
    for hint in get_type_hints(cls).values():
        _use_stored_names(hint)
    if names := STORED_NAMES.get(getattr(cls, "__name__", "")):
        cls.__pydantic_config__ = ConfigDict(alias_generator=lambda field: names.get(field, field))  # type: ignore[union-attr]


TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%f+00:00"


class Codec(Generic[T]):
    """Converts one dataclass, or a union of dataclasses that `STORED_CONSTANTS` tells apart.

    Attributes that are not fields (keys, index attributes) are ignored.
    """

    def __init__(self, cls: type[T] | UnionType) -> None:
        classes: tuple[Any, ...] = get_args(cls) if isinstance(cls, UnionType) else (cls,)
        self._adapters = [(_constants(one), _adapter(one)) for one in classes]

    def dump(self, value: T) -> Item:
        return cast(Item, _to_plain(value))

    def load(self, item: Mapping[str, Any]) -> T:
        """Return the object of an item. Raise ValueError if it does not fit the class."""
        for constants, adapter in self._adapters:
            if all(item.get(name, value) == value for name, value in constants.items()):
                return cast(T, adapter.validate_python(item))
        raise ValueError("the item is of none of the classes of the union")


def _constants(cls: type) -> Mapping[str, object]:
    return STORED_CONSTANTS.get(cls.__name__, {})


def _to_plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        names = STORED_NAMES.get(type(value).__name__, {})
        plain = {
            names.get(field.name, field.name): _to_plain(getattr(value, field.name))
            for field in fields(value)
        }
        return {**plain, **_constants(type(value))}
    if isinstance(value, Mapping):
        return {str(key): _to_plain(inner) for key, inner in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((_to_plain(inner) for inner in value), key=repr)
    if isinstance(value, list | tuple):
        return [_to_plain(inner) for inner in value]
    return _scalar(value)


def _scalar(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime(TIME_FORMAT)
    return value.value if isinstance(value, Enum) else value


def to_dynamodb(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the item in the format of the low-level client."""
    return {name: type_serializer.serialize(value) for name, value in item.items()}


def from_dynamodb(item: Mapping[str, Any]) -> Item:
    """Return the item as Python values. Numbers become int (none has a fraction), binary becomes bytes."""
    return {name: _to_native(type_deserializer.deserialize(value)) for name, value in item.items()}


def _to_native(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, Binary):
        return bytes(value)
    if isinstance(value, dict):
        return {name: _to_native(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_to_native(inner) for inner in value]
    return value

"""Reject the calls that DynamoDB rejects and moto accepts.

Each rule is from the developer guide's "Quotas" and "Constraints in Amazon DynamoDB" or the API reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import moto.dynamodb.parsing

from tests.support.botocore_hooks import Answer, Call, Watcher

MAX_ITEM_BYTES = 400 * 1024
MAX_TRANSACTION_BYTES = 4 * 1024 * 1024
_RESERVED = frozenset(
    (Path(moto.dynamodb.parsing.__path__[0]) / "reserved_keywords.txt").read_text().upper().split()
)
_FUNCTIONS = {"attribute_not_exists", "attribute_exists", "begins_with", "size", "contains"}
_KEYWORDS = {"AND", "OR", "NOT", "BETWEEN", "IN", "SET", "ADD", "REMOVE", "DELETE"}
_WORD = re.compile(r"[:#]?[A-Za-z_][A-Za-z0-9_]*")


class DynamoDbRules(Watcher):
    """Answers invalid calls as DynamoDB does. most_writes: most writes in one transaction so far."""

    def __init__(self) -> None:
        self.most_writes = 0

    def before(self, call: Call) -> Answer | None:
        if call.service != "dynamodb":
            return None
        wrong = next(self._violations(call), None)
        return None if wrong is None else error_answer("ValidationException", wrong)

    def _violations(self, call: Call) -> Iterator[str]:
        if call.operation == "TransactWriteItems":
            yield from self._transaction_violations(call.params["TransactItems"])
        elif call.operation == "BatchGetItem":
            for request in call.params["RequestItems"].values():
                keys = [repr(sorted(key.items())) for key in request["Keys"]]
                if len(keys) > 100 or len(set(keys)) != len(keys):
                    yield "BatchGetItem: more than 100 keys, or one twice"
        elif call.operation == "BatchWriteItem":
            for requests in call.params["RequestItems"].values():
                written = [repr(sorted(request["DeleteRequest"]["Key"].items())) for request in requests]
                if not 1 <= len(written) <= 25 or len(set(written)) != len(written):
                    yield "BatchWriteItem: none, more than 25, or one twice"
        else:
            yield from _operation(call.params)

    def _transaction_violations(self, writes: list[dict[str, Any]]) -> Iterator[str]:
        self.most_writes = max(self.most_writes, len(writes))
        if not 1 <= len(writes) <= 100:
            yield f"{len(writes)} writes in one transaction"
        seen: set[tuple[str, str, str]] = set()
        size = 0
        for write in writes:
            ((_, one),) = write.items()
            key = item_key(one)
            if key in seen:
                yield "Transaction request cannot include multiple operations on one item"
            seen.add(key)
            size += item_size(one.get("Item", {}))
            yield from _operation(one)
        if size > MAX_TRANSACTION_BYTES:
            yield f"the transaction holds {size} bytes"


def item_key(one: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return table, pk and sk of a write or of a GetItem."""
    key = one.get("Key") or one["Item"]
    return one["TableName"], key["pk"]["S"], key["sk"]["S"]


def error_answer(code: str, message: str, **more: Any) -> Answer:
    return Answer({"Error": {"Code": code, "Message": message}, **more}, 400)


def item_size(item: Mapping[str, Any]) -> int:
    """Return the size in bytes as DynamoDB counts it, with attribute names."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, inner),) = value.items()
    if kind == "S":
        return len(inner.encode())
    if kind == "B":
        return len(bytes(inner))
    if kind == "N":
        return len(inner) // 2 + 2
    if kind == "L":
        return 3 + sum(1 + _value_size(one) for one in inner)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _value_size(one) for name, one in inner.items())
    return 1


def _operation(one: Mapping[str, Any]) -> Iterator[str]:
    item = one.get("Item", {})
    if item_size(item) > MAX_ITEM_BYTES:
        yield f"Item size has exceeded the maximum allowed size: {item_size(item)}"
    for name, value in {**one.get("Key", {}), **item}.items():
        if name in {"pk", "sk", "queue", "queue_order", "id"} and value.get("S") == "":
            yield f"One or more parameter values are not valid: empty string as key {name}"
        if value in ({"SS": []}, {"BS": []}, {"NS": []}):
            yield f"An empty set as {name}"
    expressions = [str(one[key]) for key in one if key.endswith("Expression")]
    values = set(one.get("ExpressionAttributeValues", {}))
    used: set[str] = set()
    for word in (word for text in expressions for word in _WORD.findall(text)):
        if word.startswith(":"):
            used.add(word)
        elif word.upper() in _RESERVED and word not in _KEYWORDS and word not in _FUNCTIONS:
            yield f"Attribute name is a reserved keyword: {word}"
    if used != values:
        yield f"ExpressionAttributeValues: {sorted(used ^ values)} used or given, but not both"
    if "ExpressionAttributeValues" in one and not values:
        yield "ExpressionAttributeValues must not be empty"

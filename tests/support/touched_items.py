"""The items and objects that an AWS call touches. The order of two calls matters only if they share one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tests.support.botocore_hooks import Call
from tests.support.dynamodb_rules import item_key

WILDCARD = "*"


@dataclass(frozen=True, slots=True)
class TouchedItem:
    """key: (table, pk, sk) or (bucket, key). WILDCARD stands for all values of a level."""

    key: tuple[str, ...]
    writes: bool

    def conflicts_with(self, other: TouchedItem) -> bool:
        if not (self.writes or other.writes) or len(self.key) != len(other.key):
            return False
        return all(
            one == another or WILDCARD in {one, another}
            for one, another in zip(self.key, other.key, strict=True)
        )


TouchedItems = frozenset[TouchedItem]


@lru_cache(maxsize=100_000)
def are_dependent(one: TouchedItems, other: TouchedItems) -> bool:
    return any(mine.conflicts_with(theirs) for mine in one for theirs in other)


def touched_items(call: Call) -> TouchedItems:
    return frozenset(_touched_by(call))


def _touched_by(call: Call) -> Iterator[TouchedItem]:
    params: Any = call.params
    match call.service, call.operation:
        case "dynamodb", "GetItem":
            yield TouchedItem(item_key(params), writes=False)
        case "dynamodb", "BatchGetItem":
            for table, request in params["RequestItems"].items():
                for key in request["Keys"]:
                    yield TouchedItem((table, key["pk"]["S"], key["sk"]["S"]), writes=False)
        case "dynamodb", "Query" if "IndexName" in params:
            yield TouchedItem((params["TableName"], WILDCARD, WILDCARD), writes=False)
        case "dynamodb", "Query":
            pk = params["ExpressionAttributeValues"][":pk"]["S"]
            yield TouchedItem((params["TableName"], pk, WILDCARD), writes=False)
        case "dynamodb", "TransactWriteItems":
            for write in params["TransactItems"]:
                ((kind, one),) = write.items()
                yield TouchedItem(item_key(one), writes=kind != "ConditionCheck")
        case "dynamodb", "BatchWriteItem":
            for table, requests in params["RequestItems"].items():
                for request in requests:
                    key = request["DeleteRequest"]["Key"]
                    yield TouchedItem((table, key["pk"]["S"], key["sk"]["S"]), writes=True)
        case "dynamodb", "DeleteItem" | "UpdateItem":
            yield TouchedItem(item_key(params), writes=True)
        case "s3", "GetObject" | "HeadObject":
            yield TouchedItem((params["Bucket"], params["Key"]), writes=False)
        case "s3", "CopyObject":
            source = params["CopySource"]
            yield TouchedItem((source["Bucket"], source["Key"]), writes=False)
            yield TouchedItem((params["Bucket"], params["Key"]), writes=True)
        case "s3", "PutObject" | "DeleteObject":
            yield TouchedItem((params["Bucket"], params["Key"]), writes=True)
        case ("events", _) | ("cloudfront", _) | ("sqs", _):
            return
        case _:
            raise NotImplementedError(str(call))

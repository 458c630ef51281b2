"""Which items and objects a call to AWS touches: two calls whose order can matter touch the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tests.support.dynamodb_rules import target
from tests.support.wire import Call

EVERY = "*"


@dataclass(frozen=True, slots=True)
class Touch:
    """place: table, pk, sk, or bucket and key; EVERY stands for all of that level."""

    place: tuple[str, ...]
    writes: bool

    def meets(self, other: Touch) -> bool:
        if not (self.writes or other.writes) or len(self.place) != len(other.place):
            return False
        return all(
            one == another or EVERY in {one, another}
            for one, another in zip(self.place, other.place, strict=True)
        )


Footprint = frozenset[Touch]


@lru_cache(maxsize=100_000)
def dependent(one: Footprint, other: Footprint) -> bool:
    return any(mine.meets(theirs) for mine in one for theirs in other)


def footprint(call: Call) -> Footprint:
    return frozenset(_touches(call))


def _touches(call: Call) -> Iterator[Touch]:
    params: Any = call.params
    match call.service, call.operation:
        case "dynamodb", "GetItem":
            yield Touch(target(params), writes=False)
        case "dynamodb", "BatchGetItem":
            for table, request in params["RequestItems"].items():
                for key in request["Keys"]:
                    yield Touch((table, key["pk"]["S"], key["sk"]["S"]), writes=False)
        case "dynamodb", "Query" if "IndexName" in params:
            yield Touch((params["TableName"], EVERY, EVERY), writes=False)
        case "dynamodb", "Query":
            pk = params["ExpressionAttributeValues"][":pk"]["S"]
            yield Touch((params["TableName"], pk, EVERY), writes=False)
        case "dynamodb", "TransactWriteItems":
            for write in params["TransactItems"]:
                ((kind, one),) = write.items()
                yield Touch(target(one), writes=kind != "ConditionCheck")
        case "dynamodb", "BatchWriteItem":
            for table, requests in params["RequestItems"].items():
                for request in requests:
                    key = request["DeleteRequest"]["Key"]
                    yield Touch((table, key["pk"]["S"], key["sk"]["S"]), writes=True)
        case "dynamodb", "DeleteItem" | "UpdateItem":
            yield Touch(target(params), writes=True)
        case "s3", "GetObject" | "HeadObject":
            yield Touch((params["Bucket"], params["Key"]), writes=False)
        case "s3", "CopyObject":
            source = params["CopySource"]
            yield Touch((source["Bucket"], source["Key"]), writes=False)
            yield Touch((params["Bucket"], params["Key"]), writes=True)
        case "s3", "PutObject" | "DeleteObject":
            yield Touch((params["Bucket"], params["Key"]), writes=True)
        case ("events", _) | ("cloudfront", _) | ("sqs", _):
            return
        case _:
            raise NotImplementedError(str(call))

"""Reading a table: consistent, whole, as plain Python values."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any

from staydown.aws.codec import Item, from_dynamodb, to_dynamodb
from staydown.aws.transaction import Transaction

MAX_BATCH_GET_KEYS = 100
"""What one BatchGetItem takes."""
MAX_BATCH_WRITE_REQUESTS = 25
"""What one BatchWriteItem takes."""


class Table:
    """One DynamoDB table with the keys `pk` and `sk`."""

    def __init__(self, client: Any, name: str) -> None:
        self.client = client
        self.name = name

    def transaction(self) -> Transaction:
        return Transaction(self.client)

    def get(self, pk: str, sk: str) -> Item | None:
        """Strongly consistent: what it says was true when it was asked."""
        answer = self.client.get_item(
            TableName=self.name, Key=to_dynamodb({"pk": pk, "sk": sk}), ConsistentRead=True
        )
        return from_dynamodb(answer["Item"]) if "Item" in answer else None

    def delete(self, pk: str, sk: str) -> None:
        self.client.delete_item(TableName=self.name, Key=to_dynamodb({"pk": pk, "sk": sk}))

    def delete_many(self, keys: Iterable[tuple[str, str]]) -> None:
        """Each for itself, in no order."""
        wanted = [{"DeleteRequest": {"Key": to_dynamodb({"pk": pk, "sk": sk})}} for pk, sk in keys]
        pause = 0.05
        while wanted:
            request = {self.name: wanted[:MAX_BATCH_WRITE_REQUESTS]}
            answer = self.client.batch_write_item(RequestItems=request)
            left = answer.get("UnprocessedItems", {}).get(self.name, [])
            if left:
                time.sleep(pause)
                pause = min(pause * 2, 2.0)
            wanted = left + wanted[MAX_BATCH_WRITE_REQUESTS:]

    def get_many(self, keys: Iterable[tuple[str, str]]) -> Iterator[Item]:
        """Those of the items that are there, consistent each, in no order."""
        wanted = [to_dynamodb({"pk": pk, "sk": sk}) for pk, sk in dict.fromkeys(keys)]
        pause = 0.05
        while wanted:
            request = {self.name: {"Keys": wanted[:MAX_BATCH_GET_KEYS], "ConsistentRead": True}}
            answer = self.client.batch_get_item(RequestItems=request)
            for item in answer["Responses"].get(self.name, []):
                yield from_dynamodb(item)
            left = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
            if len(left) == len(wanted[:MAX_BATCH_GET_KEYS]):
                time.sleep(pause)  # throttled: nothing of the batch was read
                pause = min(pause * 2, 2.0)
            wanted = left + wanted[MAX_BATCH_GET_KEYS:]

    def query(
        self,
        pk: str,
        *,
        after: str = "",
        through: str = "\uffff",
        before: str | None = None,
        descending: bool = False,
    ) -> Iterator[Item]:
        """The items of a partition with after < sk <= upto (or < before), in order, consistent, by pages."""
        through = before or through
        arguments = {
            "TableName": self.name,
            "ConsistentRead": True,
            "ScanIndexForward": not descending,
            "KeyConditionExpression": "pk = :pk AND sk BETWEEN :after AND :upto",
            "ExpressionAttributeValues": to_dynamodb({":pk": pk, ":after": after or " ", ":upto": through}),
        }
        for page in self.client.get_paginator("query").paginate(**arguments):
            for item in page["Items"]:
                found = from_dynamodb(item)
                if found["sk"] not in {after, before}:
                    yield found

    def query_page(self, arguments: dict[str, Any]) -> tuple[list[Item], Item | None]:
        """One page of a query as it is given, and the key that the next page starts after."""
        answer = self.client.query(**arguments)
        following = answer.get("LastEvaluatedKey")
        items = [from_dynamodb(item) for item in answer["Items"]]
        return items, from_dynamodb(following) if following else None

    def increment(self, pk: str, sk: str, *, expires_at: int) -> int:
        """Count one more; how many that makes. The counter goes when it expires."""
        answer = self.client.update_item(
            TableName=self.name,
            Key=to_dynamodb({"pk": pk, "sk": sk}),
            UpdateExpression="ADD attempts :one SET expires_at = :expires_at",
            ExpressionAttributeValues=to_dynamodb({":one": 1, ":expires_at": expires_at}),
            ReturnValues="UPDATED_NEW",
        )
        return int(from_dynamodb(answer["Attributes"])["attempts"])

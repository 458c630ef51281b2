"""Read and write one DynamoDB table: consistent reads, all pages, Python values."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any

from staydown.aws.codec import Item, from_dynamodb, to_dynamodb
from staydown.aws.transaction import Transaction

MAX_BATCH_GET_KEYS = 100
"""The limit of BatchGetItem."""
MAX_BATCH_WRITE_REQUESTS = 25
"""The limit of BatchWriteItem."""


class Table:
    """A DynamoDB table with the keys `pk` and `sk`."""

    def __init__(self, client: Any, name: str) -> None:
        self.client = client
        self.name = name

    def transaction(self) -> Transaction:
        return Transaction(self.client)

    def get(self, pk: str, sk: str) -> Item | None:
        """Return an item with a strongly consistent read, or None if it does not exist."""
        response = self.client.get_item(
            TableName=self.name, Key=to_dynamodb({"pk": pk, "sk": sk}), ConsistentRead=True
        )
        return from_dynamodb(response["Item"]) if "Item" in response else None

    def delete(self, pk: str, sk: str) -> None:
        self.client.delete_item(TableName=self.name, Key=to_dynamodb({"pk": pk, "sk": sk}))

    def delete_many(self, keys: Iterable[tuple[str, str]]) -> None:
        """Delete items one by one, in no particular order and not atomically."""
        pending = [{"DeleteRequest": {"Key": to_dynamodb({"pk": pk, "sk": sk})}} for pk, sk in keys]
        pause = 0.05
        while pending:
            request = {self.name: pending[:MAX_BATCH_WRITE_REQUESTS]}
            response = self.client.batch_write_item(RequestItems=request)
            unprocessed = response.get("UnprocessedItems", {}).get(self.name, [])
            if unprocessed:
                time.sleep(pause)
                pause = min(pause * 2, 2.0)
            pending = unprocessed + pending[MAX_BATCH_WRITE_REQUESTS:]

    def get_many(self, keys: Iterable[tuple[str, str]]) -> Iterator[Item]:
        """Yield the items that exist, with consistent reads, in no particular order."""
        pending = [to_dynamodb({"pk": pk, "sk": sk}) for pk, sk in dict.fromkeys(keys)]
        pause = 0.05
        while pending:
            request = {self.name: {"Keys": pending[:MAX_BATCH_GET_KEYS], "ConsistentRead": True}}
            response = self.client.batch_get_item(RequestItems=request)
            for item in response["Responses"].get(self.name, []):
                yield from_dynamodb(item)
            unprocessed = response.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
            if len(unprocessed) == len(pending[:MAX_BATCH_GET_KEYS]):
                time.sleep(pause)  # Throttled: DynamoDB read nothing of the batch.
                pause = min(pause * 2, 2.0)
            pending = unprocessed + pending[MAX_BATCH_GET_KEYS:]

    def query(
        self,
        pk: str,
        *,
        after: str = "",
        through: str = "\uffff",
        before: str | None = None,
        descending: bool = False,
    ) -> Iterator[Item]:
        """Yield the items of a partition with after < sk <= through (or < before), in order, consistently."""
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
                values = from_dynamodb(item)
                if values["sk"] not in {after, before}:
                    yield values

    def query_page(self, arguments: dict[str, Any]) -> tuple[list[Item], Item | None]:
        """Return one page of a query, and the start key of the next page (None for the last)."""
        response = self.client.query(**arguments)
        next_key = response.get("LastEvaluatedKey")
        items = [from_dynamodb(item) for item in response["Items"]]
        return items, from_dynamodb(next_key) if next_key else None

    def increment(self, pk: str, sk: str, *, expires_at: int) -> int:
        """Increment a counter that expires, and return its new value."""
        response = self.client.update_item(
            TableName=self.name,
            Key=to_dynamodb({"pk": pk, "sk": sk}),
            UpdateExpression="ADD attempts :one SET expires_at = :expires_at",
            ExpressionAttributeValues=to_dynamodb({":one": 1, ":expires_at": expires_at}),
            ReturnValues="UPDATED_NEW",
        )
        return int(from_dynamodb(response["Attributes"])["attempts"])

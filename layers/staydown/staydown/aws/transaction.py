"""Atomic writes to several items.

State, audit record and outgoing event are written in one transaction, so none exists without the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from staydown.aws.codec import Item, to_dynamodb
from staydown.domain.errors import ConcurrentChange, StaydownError

MAX_WRITES = 100
"""DynamoDB's limit for one transaction. moto does not enforce it, so `commit` does."""


class Transaction:
    """Collects writes, which `commit` executes.

    `error` of a write is what `commit` raises if the condition of that write fails. By default it is
    ConcurrentChange, after which the caller reads again and retries.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._writes: list[dict[str, Any]] = []
        self._errors: list[StaydownError] = []

    def put_new(self, table: str, item: Item, *, error: StaydownError | None = None) -> None:
        """Write an item that must not exist yet."""
        self.put_if(table, item, condition="attribute_not_exists(pk)", error=error)

    def put_versioned(self, table: str, item: Item, *, version: int) -> None:
        """Replace version `version` of an item (0: the item must not exist yet).

        The new item has the version `version + 1`.
        """
        item = {**item, "version": version + 1}
        if version == 0:
            self.put_if(table, item, condition="attribute_not_exists(pk)")
        else:
            self.put_if(table, item, condition="version = :read_at", values={":read_at": version})

    def put_if(
        self,
        table: str,
        item: Item,
        *,
        condition: str,
        values: Item | None = None,
        error: StaydownError | None = None,
    ) -> None:
        """Write an item if the condition holds."""
        self._conditional("Put", {"TableName": table, "Item": to_dynamodb(item)}, condition, values, error)

    def put(self, table: str, item: Item) -> None:
        """Write an item unconditionally."""
        self._add({"Put": {"TableName": table, "Item": to_dynamodb(item)}}, None)

    def delete(self, table: str, key: Item) -> None:
        self._add({"Delete": {"TableName": table, "Key": to_dynamodb(key)}}, None)

    def delete_if(self, table: str, key: Item, *, condition: str, values: Item | None = None) -> None:
        """Delete an item if the condition holds."""
        self._conditional("Delete", {"TableName": table, "Key": to_dynamodb(key)}, condition, values, None)

    def update(
        self, table: str, key: Item, *, expression: str, condition: str, values: Item | None = None
    ) -> None:
        """Update an item if the condition holds."""
        change = {"TableName": table, "Key": to_dynamodb(key), "UpdateExpression": expression}
        self._conditional("Update", change, condition, values, None)

    def increment(
        self, table: str, key: Item, sums: Mapping[str, int], *, expires_at: int | None = None
    ) -> None:
        """Add amounts to the numbers of an item unconditionally."""
        names = {f"#n{index}": name for index, name in enumerate(sums)}
        values: Item = {f":n{index}": amount for index, amount in enumerate(sums.values())}
        expression = "ADD " + ", ".join(f"#n{index} :n{index}" for index in range(len(sums)))
        if expires_at is not None:
            expression += " SET expires_at = :expires_at"
            values[":expires_at"] = expires_at
        change = {
            "TableName": table,
            "Key": to_dynamodb(key),
            "UpdateExpression": expression,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": to_dynamodb(values),
        }
        self._add({"Update": change}, None)

    def check(
        self,
        table: str,
        key: Item,
        *,
        condition: str,
        values: Item | None = None,
        error: StaydownError | None = None,
    ) -> None:
        """Make the transaction fail unless the condition holds."""
        read = {"TableName": table, "Key": to_dynamodb(key)}
        self._conditional("ConditionCheck", read, condition, values, error)

    def has_write_to(self, table: str, key: Item) -> bool:
        """Return whether one of the collected writes targets this item."""
        return (table, key["pk"], key["sk"]) in map(_target, self._writes)

    def commit(self) -> None:
        """Write everything, or nothing: then raise the error of the first failed condition."""
        if not self._writes:
            return
        if len(self._writes) > MAX_WRITES:
            raise ValueError(f"{len(self._writes)} writes in one transaction; DynamoDB takes {MAX_WRITES}")
        self._check_targets()
        try:
            self._client.transact_write_items(TransactItems=self._writes)
        except ClientError as error:
            raise self._to_domain_error(error) from error

    def _check_targets(self) -> None:
        """Raise ValueError for two operations on one item, which DynamoDB does not allow."""
        targets: set[tuple[str, str, str]] = set()
        for write in self._writes:
            target = _target(write)
            if target in targets:
                # Logs may contain the kind of an item, not its key.
                raise ValueError(f"{target[0]}: two operations on one {target[1].partition('#')[0]} item")
            targets.add(target)

    def _conditional(
        self,
        kind: str,
        write: dict[str, Any],
        condition: str,
        values: Item | None,
        error: StaydownError | None,
    ) -> None:
        write["ConditionExpression"] = condition
        if values:
            write["ExpressionAttributeValues"] = to_dynamodb(values)
        self._add({kind: write}, error)

    def _add(self, write: dict[str, Any], error: StaydownError | None) -> None:
        self._writes.append(write)
        self._errors.append(error or ConcurrentChange("Another change was made at the same time."))

    def _to_domain_error(self, error: ClientError) -> Exception:
        unchanged: Exception = error
        code = error.response["Error"]["Code"]
        if code == "TransactionInProgressException":
            return ConcurrentChange("The same change is already in progress.")
        if code != "TransactionCanceledException":
            return unchanged
        codes = [reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])]
        for code, failure in zip(codes, self._errors, strict=False):
            if code == "ConditionalCheckFailed":
                return failure
        if "TransactionConflict" in codes:
            return ConcurrentChange("Another change is in progress.")
        return unchanged


def _target(write: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return the table, pk and sk of a write."""
    (operation,) = write.values()
    key = operation.get("Key") or operation["Item"]
    return operation["TableName"], key["pk"]["S"], key["sk"]["S"]

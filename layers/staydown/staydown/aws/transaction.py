"""Several writes that happen together or not at all.

State, audit record and outgoing event go into one of these, so that none is ever there without the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from staydown.aws.codec import Item, to_dynamodb
from staydown.domain.errors import ConcurrentChange, StaydownError

MAX_WRITES = 100
"""DynamoDB takes no more in one transaction (moto does, so it is checked here)."""


class Transaction:
    """Collects writes; `commit` carries them out.

    `otherwise` of a write is what `commit` raises when that write's condition does not hold; by default
    ConcurrentChange, on which a use case reads again and tries again.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._writes: list[dict[str, Any]] = []
        self._otherwise: list[StaydownError] = []

    def put_new(self, table: str, item: Item, *, error: StaydownError | None = None) -> None:
        """Write an item that must not be there yet."""
        self.put_if(table, item, condition="attribute_not_exists(pk)", error=error)

    def put_versioned(self, table: str, item: Item, *, version: int) -> None:
        """Write an item in place of version `version` of it (0: it must not be there yet).

        The new item carries version + 1.
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
        """Write an item where the condition holds."""
        self._conditional("Put", {"TableName": table, "Item": to_dynamodb(item)}, condition, values, error)

    def put(self, table: str, item: Item) -> None:
        """Write an item whatever is there."""
        self._add({"Put": {"TableName": table, "Item": to_dynamodb(item)}}, None)

    def delete(self, table: str, key: Item) -> None:
        self._add({"Delete": {"TableName": table, "Key": to_dynamodb(key)}}, None)

    def delete_if(self, table: str, key: Item, *, condition: str, values: Item | None = None) -> None:
        """Delete an item where the condition holds."""
        self._conditional("Delete", {"TableName": table, "Key": to_dynamodb(key)}, condition, values, None)

    def update(
        self, table: str, key: Item, *, expression: str, condition: str, values: Item | None = None
    ) -> None:
        """Change an item where the condition holds."""
        change = {"TableName": table, "Key": to_dynamodb(key), "UpdateExpression": expression}
        self._conditional("Update", change, condition, values, None)

    def increment(
        self, table: str, key: Item, sums: Mapping[str, int], *, expires_at: int | None = None
    ) -> None:
        """Add to the numbers of an item, whatever is there."""
        names = {f"#n{place}": name for place, name in enumerate(sums)}
        values: Item = {f":n{place}": by for place, by in enumerate(sums.values())}
        expression = "ADD " + ", ".join(f"#n{place} :n{place}" for place in range(len(sums)))
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
        """Write nothing, but let everything fail unless this holds."""
        read = {"TableName": table, "Key": to_dynamodb(key)}
        self._conditional("ConditionCheck", read, condition, values, error)

    def has_write_to(self, table: str, key: Item) -> bool:
        """Whether one of the writes so far is of this item."""
        return (table, key["pk"], key["sk"]) in map(_target, self._writes)

    def commit(self) -> None:
        """Raise the `otherwise` of the first condition that does not hold; then nothing was written."""
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
        """DynamoDB takes no two operations on one item in a transaction."""
        seen: set[tuple[str, str, str]] = set()
        for write in self._writes:
            target = _target(write)
            if target in seen:
                # The kind of item is all that may be said of it in a log.
                raise ValueError(f"{target[0]}: two operations on one {target[1].partition('#')[0]} item")
            seen.add(target)

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
        self._otherwise.append(error or ConcurrentChange("Somebody else changed it at the same moment."))

    def _to_domain_error(self, error: ClientError) -> Exception:
        unchanged: Exception = error
        code = error.response["Error"]["Code"]
        if code == "TransactionInProgressException":
            return ConcurrentChange("The same change is already under way.")
        if code != "TransactionCanceledException":
            return unchanged
        codes = [reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])]
        for reason, otherwise in zip(codes, self._otherwise, strict=False):
            if reason == "ConditionalCheckFailed":
                return otherwise
        if "TransactionConflict" in codes:
            return ConcurrentChange("Somebody else is changing it at this moment.")
        return unchanged


def _target(write: Mapping[str, Any]) -> tuple[str, str, str]:
    """Table, pk and sk."""
    (one,) = write.values()
    key = one.get("Key") or one["Item"]
    return one["TableName"], key["pk"]["S"], key["sk"]["S"]

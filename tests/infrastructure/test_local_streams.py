"""The local stack delivers stream records to functions as Lambda does."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.infrastructure import recorded_events as ledger
from tests.infrastructure.conftest import TinyStack, records


def _received_values() -> list[list[str]]:
    return [[record["dynamodb"]["NewImage"]["what"]["S"] for record in batch] for batch in records()]


def test_inserted_item_arrives_in_the_stream_envelope(tiny: TinyStack) -> None:
    tiny.put(("envelope", "ok"))
    tiny.stack.drain()
    ((record,),) = records()
    assert record["eventName"] == "INSERT"
    assert record["eventSource"] == "aws:dynamodb"
    assert "/stream/" in record["eventSourceARN"]
    change = record["dynamodb"]
    assert change["Keys"] == {"pk": {"S": "envelope"}}
    assert change["NewImage"] == {"pk": {"S": "envelope"}, "what": {"S": "ok"}}
    assert change["StreamViewType"] == "NEW_IMAGE"
    assert change["SequenceNumber"].isdigit()
    assert isinstance(change["ApproximateCreationDateTime"], float)
    json.dumps(record)


def test_changes_excluded_by_the_filter_never_arrive(tiny: TinyStack) -> None:
    tiny.put(("filtered", "ok"), ("filtered", "changed"))
    tiny.stack.client("dynamodb").delete_item(
        TableName=tiny.stack.tables["items"], Key={"pk": {"S": "filtered"}}
    )
    tiny.stack.drain()
    assert _received_values() == [["ok"]]


def test_records_arrive_in_order_in_batches_of_the_given_size(tiny: TinyStack) -> None:
    tiny.put(*[(f"order-{i}", f"n{i}") for i in range(6)])
    tiny.stack.drain()
    assert _received_values() == [["n0", "n1", "n2", "n3"], ["n4", "n5"]]


def test_reported_failure_is_retried_from_there_then_given_up(tiny: TinyStack) -> None:
    tiny.put(("reported-0", "n0"), ("reported-1", "fail"), ("reported-2", "n2"))
    tiny.stack.drain()
    assert _received_values() == [["n0", "fail", "n2"], ["fail", "n2"], ["fail", "n2"]]
    (message,) = tiny.dead_letters("relay_dead_letters")
    assert json.loads(message)["DDBStreamBatchInfo"]["batchSize"] == 2


def test_raising_batch_is_bisected_to_the_failing_record(tiny: TinyStack) -> None:
    tiny.put(("h-0", "n0"), ("h-1", "n1"), ("h-2", "raise"), ("h-3", "n3"))
    tiny.stack.drain()
    assert _received_values() == [
        ["n0", "n1", "raise", "n3"],
        ["n0", "n1"],
        ["raise", "n3"],
        ["raise"],
        ["raise"],
        ["raise"],
        ["n3"],
    ]
    (message,) = tiny.dead_letters("relay_dead_letters")
    assert json.loads(message)["requestContext"]["condition"] == "RetryAttemptsExhausted"


def test_rejected_transaction_leaves_nothing_in_the_stream(tiny: TinyStack) -> None:
    """moto restores the table. A reader that counts records would then skip some."""
    table, dynamodb = tiny.stack.tables["items"], tiny.stack.client("dynamodb")
    tiny.put(("t-0", "n0"))
    put = {"TableName": table, "Item": {"pk": {"S": "t-1"}, "what": {"S": "refused"}}}
    check = {
        "TableName": table,
        "Key": {"pk": {"S": "t-0"}},
        "ConditionExpression": "attribute_not_exists(pk)",
    }
    with pytest.raises(ClientError, match="TransactionCanceled"):
        dynamodb.transact_write_items(TransactItems=[{"Put": put}, {"ConditionCheck": check}])
    tiny.put(("t-2", "n2"))
    tiny.stack.drain()
    assert _received_values() == [["n0", "n2"]]


def test_rejected_transaction_leaves_each_item_unchanged(tiny: TinyStack) -> None:
    table, dynamodb = tiny.stack.tables["items"], tiny.stack.client("dynamodb")
    tiny.put(("a", "kept"), ("b", "kept"), ("c", "kept"))
    before = dynamodb.scan(TableName=table)["Items"]

    def key(pk: str) -> dict[str, object]:
        return {"TableName": table, "Key": {"pk": {"S": pk}}}

    update = {
        "UpdateExpression": "SET what = :other, more = :other",
        "ExpressionAttributeValues": {":other": {"S": "changed"}},
    }
    writes: list[dict[str, object]] = [
        {"Put": {"TableName": table, "Item": {"pk": {"S": "new"}, "what": {"S": "refused"}}}},
        {"Put": {"TableName": table, "Item": {"pk": {"S": "a"}, "what": {"S": "changed"}}}},
        {"Update": key("b") | update},
        {"Delete": key("c")},
        {"ConditionCheck": key("d") | {"ConditionExpression": "attribute_exists(pk)"}},
    ]
    with pytest.raises(ClientError, match="TransactionCanceled"):
        dynamodb.transact_write_items(TransactItems=writes)
    assert sorted(dynamodb.scan(TableName=table)["Items"], key=str) == sorted(before, key=str)

    dynamodb.transact_write_items(TransactItems=writes[:-1])
    stored = {item["pk"]["S"]: item["what"]["S"] for item in dynamodb.scan(TableName=table)["Items"]}
    assert stored.items() >= {"new": "refused", "a": "changed", "b": "changed"}.items()
    assert "c" not in stored


def test_each_function_starts_with_its_own_environment(tiny: TinyStack) -> None:
    tiny.put(("environment", "ok"))
    tiny.stack.drain()
    environment = ledger.environments[0]
    assert environment["THINGS_BUCKET"] == tiny.stack.buckets["things"]
    assert environment["AWS_ENDPOINT_URL"] == tiny.stack.endpoint
    assert environment["IMAGES"] == f"{tiny.stack.api_url}/published/x"

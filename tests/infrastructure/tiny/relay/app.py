"""Receives stream records. An item `fail` is reported as failed, an item `raise` raises."""

from __future__ import annotations

from typing import Any

from infra.local.functions import LambdaContext
from tests.infrastructure import recorded_events as ledger


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    ledger.record(event)
    for record in event["Records"]:
        what = record["dynamodb"]["NewImage"]["what"]["S"]
        if what == "raise":
            raise ValueError("the item said so")
        if what == "fail":
            return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
    return {"batchItemFailures": []}

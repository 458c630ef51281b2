"""Follows the message: `ok`, `fail` (only this message), `raise`, or `nonsense` as the response."""

from __future__ import annotations

from typing import Any

from infra.local.functions import LambdaContext
from tests.infrastructure import recorded_events as ledger


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    ledger.record(event)
    bodies = {record["messageId"]: record["body"] for record in event["Records"]}
    if "raise" in bodies.values():
        raise ValueError("the message said so")
    if "nonsense" in bodies.values():
        return {"batchItemFailures": [{"itemIdentifier": "no message of this batch"}]}
    failed = [message_id for message_id, body in bodies.items() if body == "fail"]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}

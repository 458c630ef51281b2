"""Counts audit records, triggered by the stream of the audit table."""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.failures import batch_item_failures, log_failure
from staydown.aws.stack import Stack
from staydown.services.records.count_metrics import count_chain_records

logger = Logger()
stack = cache(Stack.from_environment)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Count each chain once. The stream retries from the first failure, and no record counts twice."""
    counted: set[str] = set()
    for record in event["Records"]:
        chain = record["dynamodb"]["Keys"]["pk"]["S"]
        if chain in counted:
            continue
        try:
            count_chain_records(stack(), chain)
        except Exception as error:  # noqa: BLE001 (the rest of the batch is retried)
            log_failure(logger, error)
            return batch_item_failures([record["dynamodb"]["SequenceNumber"]])
        counted.add(chain)
    return batch_item_failures([])

"""Counts what the audit records, woken by its table's stream."""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.failures import partial_failures, report_failure
from staydown.aws.stack import Stack
from staydown.services.records.count_figures import count_chain

logger = Logger()
stack = cache(Stack.from_environment)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """A stream goes on from the first failure; what was counted meanwhile is not counted again."""
    done: set[str] = set()
    for record in event["Records"]:
        chain = record["dynamodb"]["Keys"]["pk"]["S"]
        if chain in done:
            continue
        try:
            count_chain(stack(), chain)
        except Exception as error:  # noqa: BLE001 (the rest of the batch comes again)
            report_failure(logger, error)
            return partial_failures([record["dynamodb"]["SequenceNumber"]])
        done.add(chain)
    return partial_failures([])

"""Folds the bank's log when it has grown."""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.failures import partial_failures, report_failure
from staydown.aws.stack import Stack
from staydown.services.fold_bank import fold_bank

logger = Logger()
stack = cache(Stack.from_environment)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """However many changes a batch tells of, one fold takes them all."""
    try:
        folded = fold_bank(stack())
    except Exception as error:  # noqa: BLE001 (the batch goes back to the queue)
        report_failure(logger, error)
        return partial_failures(record["messageId"] for record in event["Records"])
    if folded is not None:
        logger.info("folded", seq=folded)
    return partial_failures([])

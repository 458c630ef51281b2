"""Folds the bank's log when it has grown, and the content log by the clock."""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.failures import batch_item_failures, log_failure
from staydown.aws.stack import Stack
from staydown.services.bank.compact_bank import compact_bank
from staydown.services.sweeps.compact_content_log import compact_content_log

logger = Logger()
stack = cache(Stack.from_environment)

MIN_STEP_MILLISECONDS = 45_000
"""No step of folding the content log begins with less time left."""


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    if "Records" in event:
        return _compact_bank([record["messageId"] for record in event["Records"]])
    return _compact_content_log(context)


def _compact_bank(message_ids: list[str]) -> dict[str, Any]:
    """However many changes a batch tells of, one fold takes them all."""
    try:
        folded = compact_bank(stack())
    except Exception as error:  # noqa: BLE001 (the batch goes back to the queue)
        log_failure(logger, error)
        return batch_item_failures(message_ids)
    if folded is not None:
        logger.info("folded", seq=folded)
    return batch_item_failures([])


def _compact_content_log(context: LambdaContext) -> dict[str, Any]:
    """Step after step while there is time; what is left waits for the next time."""
    steps = 0
    try:
        while context.get_remaining_time_in_millis() > MIN_STEP_MILLISECONDS and compact_content_log(stack()):
            steps += 1
    except Exception as error:
        log_failure(logger, error)
        raise  # counted by the alarm on this function's errors
    if steps:
        logger.info("folded content", steps=steps)
    return {"steps": steps}

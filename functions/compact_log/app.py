"""Compacts the bank's log when it grows, and the content log on a schedule."""

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
"""A step of compacting the content log starts only with at least this time remaining."""


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    if "Records" in event:
        return _compact_bank([record["messageId"] for record in event["Records"]])
    return _compact_content_log(context)


def _compact_bank(message_ids: list[str]) -> dict[str, Any]:
    """Compact once for all changes of the batch."""
    try:
        compacted_seq = compact_bank(stack())
    except Exception as error:  # noqa: BLE001 (the whole batch is retried)
        log_failure(logger, error)
        return batch_item_failures(message_ids)
    if compacted_seq is not None:
        logger.info("bank compacted", seq=compacted_seq)
    return batch_item_failures([])


def _compact_content_log(context: LambdaContext) -> dict[str, Any]:
    """Run steps while time remains. The next run continues."""
    steps = 0
    try:
        while context.get_remaining_time_in_millis() > MIN_STEP_MILLISECONDS and compact_content_log(stack()):
            steps += 1
    except Exception as error:
        log_failure(logger, error)
        raise  # Counted by the function's error alarm.
    if steps:
        logger.info("content log compacted", steps=steps)
    return {"steps": steps}

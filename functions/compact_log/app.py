"""Folds the bank's log when it has grown, and the content log by the clock."""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.failures import partial_failures, report_failure
from staydown.aws.stack import Stack
from staydown.services.bank.fold_bank import fold_bank
from staydown.services.sweeps.fold_content import fold_content

logger = Logger()
stack = cache(Stack.from_environment)

STEP_MILLISECONDS = 45_000
"""No step of folding the content log begins with less time left."""


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    if "Records" in event:
        return _fold_bank([record["messageId"] for record in event["Records"]])
    return _fold_content(context)


def _fold_bank(messages: list[str]) -> dict[str, Any]:
    """However many changes a batch tells of, one fold takes them all."""
    try:
        folded = fold_bank(stack())
    except Exception as error:  # noqa: BLE001 (the batch goes back to the queue)
        report_failure(logger, error)
        return partial_failures(messages)
    if folded is not None:
        logger.info("folded", seq=folded)
    return partial_failures([])


def _fold_content(context: LambdaContext) -> dict[str, Any]:
    """Step after step while there is time; what is left waits for the next time."""
    steps = 0
    try:
        while context.get_remaining_time_in_millis() > STEP_MILLISECONDS and fold_content(stack()):
            steps += 1
    except Exception as error:
        report_failure(logger, error)
        raise  # counted by the alarm on this function's errors
    if steps:
        logger.info("folded content", steps=steps)
    return {"steps": steps}

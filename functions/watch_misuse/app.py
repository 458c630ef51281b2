"""Follows what is stopped and freed of an account up and down the ladder; by the clock, ends suspensions."""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.events import parse_event
from staydown.api.failures import batch_item_failures, log_failure
from staydown.aws.stack import Stack
from staydown.services.misuse.apply_strikes import handle_event
from staydown.services.misuse.end_suspension import expire_suspensions

logger = Logger()
stack = cache(Stack.from_environment)


class ExpiryFailed(Exception):
    """Some could not be ended; the function's alarm says so, the next run tries again."""


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    if "Records" in event:
        return _apply_strikes(event["Records"])
    return {"ended": _expire_suspensions()}


def _expire_suspensions() -> int:
    failed: list[str] = []

    def failing(review_id: str, error: Exception) -> None:
        log_failure(logger, error, review=review_id)
        failed.append(review_id)

    ended = expire_suspensions(stack(), failing)
    if ended:
        logger.info("suspensions ended", count=ended)
    if failed:
        raise ExpiryFailed(f"{len(failed)} suspensions")
    return ended


def _apply_strikes(records: list[dict[str, Any]]) -> dict[str, Any]:
    failed = []
    for record in records:
        try:
            handle_event(stack(), parse_event(record["body"]))
        except Exception as error:  # noqa: BLE001 (it goes back to the queue alone)
            log_failure(logger, error, message_id=record["messageId"])
            failed.append(record["messageId"])
    return batch_item_failures(failed)

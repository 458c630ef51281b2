"""Updates the strikes of accounts and reporters after events, and ends suspensions on a schedule."""

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
    """Some suspensions could not be ended. Raised for the function's error alarm; the next run retries."""


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    if "Records" in event:
        return _apply_strikes(event["Records"])
    return {"ended": _expire_suspensions()}


def _expire_suspensions() -> int:
    failed: list[str] = []

    def record_failure(review_id: str, error: Exception) -> None:
        log_failure(logger, error, review=review_id)
        failed.append(review_id)

    ended = expire_suspensions(stack(), record_failure)
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
        except Exception as error:  # noqa: BLE001 (only this message is retried)
            log_failure(logger, error, message_id=record["messageId"])
            failed.append(record["messageId"])
    return batch_item_failures(failed)

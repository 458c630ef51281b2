"""Follows what is stopped and freed of an account up and down the ladder; by the clock, ends suspensions."""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.failures import partial_failures, report_failure
from staydown.api.messages import event_of
from staydown.aws.stack import Stack
from staydown.services.misuse.climb_ladder import follow_event
from staydown.services.misuse.end_suspension import end_terms

logger = Logger()
stack = cache(Stack.from_environment)


class SuspensionsFailed(Exception):
    """Some could not be ended; the function's alarm says so, the next run tries again."""


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    if "Records" in event:
        return _follow(event["Records"])
    return {"ended": _end_terms()}


def _end_terms() -> int:
    failed: list[str] = []

    def failing(review_id: str, error: Exception) -> None:
        report_failure(logger, error, review=review_id)
        failed.append(review_id)

    ended = end_terms(stack(), failing)
    if ended:
        logger.info("suspensions ended", count=ended)
    if failed:
        raise SuspensionsFailed(f"{len(failed)} suspensions")
    return ended


def _follow(records: list[dict[str, Any]]) -> dict[str, Any]:
    failed = []
    for record in records:
        try:
            follow_event(stack(), event_of(record["body"]))
        except Exception as error:  # noqa: BLE001 (it goes back to the queue alone)
            report_failure(logger, error, message_id=record["messageId"])
            failed.append(record["messageId"])
    return partial_failures(failed)

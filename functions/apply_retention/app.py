"""Erases expired data, every hour."""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.failures import log_failure
from staydown.aws.stack import Stack
from staydown.services.retention.apply_retention import apply_retention

logger = Logger()
stack = cache(Stack.from_environment)


class RetentionFailed(Exception):
    """Some items could not be erased. Raised for the function's error alarm; the next run retries."""


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    counts = apply_retention(stack(), lambda item_id, error: log_failure(logger, error, id=item_id))
    if counts:
        logger.info("erased", counts=dict(counts))
    if counts["failed"]:
        raise RetentionFailed(f"{counts['failed']} failed")

"""Every hour: what its time is over for is erased."""

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
    """Some things could not be erased; the function's alarm says so, the next run tries again."""


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    done = apply_retention(stack(), lambda one, error: log_failure(logger, error, id=one))
    if done:
        logger.info("erased", counts=dict(done))
    if done["failed"]:
        raise RetentionFailed(f"{done['failed']} failed")

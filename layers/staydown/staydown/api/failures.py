"""Log failures, and report failed messages to their queue or stream for a retry."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from aws_lambda_powertools import Logger


def log_failure(logger: Logger, error: BaseException, **ids: str) -> None:
    """Log the type of an exception and its stack frames, with the ids of the affected items.

    Its message is not logged: it may quote user input, a hash or a presigned URL.
    """
    frames = [
        f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    logger.error("failed", error=type(error).__name__, frames=frames, ids=ids)


def batch_item_failures(failed_ids: Iterable[str]) -> dict[str, Any]:
    """Return the response that makes the queue or stream retry these items only."""
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed_ids]}

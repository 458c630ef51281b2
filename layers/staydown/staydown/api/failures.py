"""Telling an operator what failed, and the queue or stream what to send again."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from aws_lambda_powertools import Logger


def log_failure(logger: Logger, error: BaseException, **ids: str) -> None:
    """Log where something failed and what kind of failure it was.

    Not its text: an exception may quote what somebody sent, a hash or a signed address.
    """
    frames = [
        f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    logger.error("failed", error=type(error).__name__, frames=frames, ids=ids)


def batch_item_failures(failed_ids: Iterable[str]) -> dict[str, Any]:
    """The answer that sends these, and only these, back to the queue or stream."""
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed_ids]}

"""Queue and stream records in, partial failures out."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from typing import Any

from aws_lambda_powertools import Logger


def report_failure(logger: Logger, error: BaseException, **ids: str) -> None:
    """Where something failed and what kind of failure it was; never what the data was."""
    frames = traceback.format_list(traceback.extract_tb(error.__traceback__))
    logger.error("message failed", error=type(error).__name__, frames=frames, ids=ids)


def partial_failures(identifiers: Iterable[str]) -> dict[str, Any]:
    """The answer that sends these, and only these, back to the queue or stream."""
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in identifiers]}

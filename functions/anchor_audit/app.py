"""Anchors the heads of the audit chains in a locked bucket, every hour."""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.failures import log_failure
from staydown.aws.stack import Stack
from staydown.services.records.anchor_audit import anchor_audit

logger = Logger()
stack = cache(Stack.from_environment)


class AnchoringFailed(Exception):
    """Raised for the function's error alarm. The next run continues from there."""


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    try:
        anchors = anchor_audit(stack())
    except Exception as error:  # noqa: BLE001 (logged without its message, which may quote a head)
        log_failure(logger, error)
        raise AnchoringFailed from None
    for anchor in anchors:
        logger.info("anchored", number=anchor.number, heads=len(anchor.heads))

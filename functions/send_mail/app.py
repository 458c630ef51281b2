"""Sends e-mails to reporters, and records the bounces and complaints that SES reports."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.events import parse_event
from staydown.api.failures import batch_item_failures, log_failure
from staydown.aws.stack import Stack
from staydown.domain.cases.reports import UnreachableReason
from staydown.services.notices.send_notice_email import mark_unreachable, send_notice_email

logger = Logger()
stack = cache(Stack.from_environment)

_UNREACHABLE_REASONS = {
    "Email Bounced": UnreachableReason.BOUNCED,
    "Email Complaint Received": UnreachableReason.COMPLAINED,
}


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    failed = []
    for record in event["Records"]:
        try:
            _process_message(record["body"])
        except Exception as error:  # noqa: BLE001 (only this message is retried)
            log_failure(logger, error, message_id=record["messageId"])
            failed.append(record["messageId"])
    return batch_item_failures(failed)


def _process_message(body: str) -> None:
    """Process an event about a notice, or a message that the template's rules make of an SES event."""
    undelivered = json.loads(body).get("undelivered")
    if undelivered is not None:
        reason = _UNREACHABLE_REASONS[undelivered["type"]]
        mark_unreachable(stack(), undelivered["report"], reason)
        logger.info("not reached", reason=reason)
    else:
        logger.info("mail", sent=send_notice_email(stack(), parse_event(body)))

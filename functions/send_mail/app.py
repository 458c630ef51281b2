"""E-mails to who reported, and what SES says of those that did not arrive."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.failures import partial_failures, report_failure
from staydown.api.messages import event_of
from staydown.aws.stack import Stack
from staydown.domain.reports import Unreachable
from staydown.services.notices.send_mail import note_unreachable, send_mail

logger = Logger()
stack = cache(Stack.from_environment)

_WHY = {"Email Bounced": Unreachable.BOUNCED, "Email Complaint Received": Unreachable.COMPLAINED}


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    failed = []
    for record in event["Records"]:
        try:
            _handle(record["body"])
        except Exception as error:  # noqa: BLE001 (it goes back to the queue alone)
            report_failure(logger, error, message_id=record["messageId"])
            failed.append(record["messageId"])
    return partial_failures(failed)


def _handle(body: str) -> None:
    """A notice that was issued, or what the template's rules make of an event of SES."""
    undelivered = json.loads(body).get("undelivered")
    if undelivered is not None:
        why = _WHY[undelivered["type"]]
        note_unreachable(stack(), undelivered["report"], why)
        logger.info("not reached", why=why)
    else:
        logger.info("mail", sent=send_mail(stack(), event_of(body)))

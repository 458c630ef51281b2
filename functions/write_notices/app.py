"""Writes the notices that events cause."""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.events import parse_event
from staydown.api.failures import batch_item_failures, log_failure
from staydown.aws.stack import Stack
from staydown.services.notices.write_notices import write_notices

logger = Logger()
stack = cache(Stack.from_environment)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    failed = []
    for record in event["Records"]:
        try:
            envelope = parse_event(record["body"])
            written = write_notices(stack(), envelope)
        except Exception as error:  # noqa: BLE001 (only this message is retried)
            log_failure(logger, error, message_id=record["messageId"])
            failed.append(record["messageId"])
        else:
            logger.info("notices", event_id=envelope.event_id, type=envelope.type, count=written)
    return batch_item_failures(failed)

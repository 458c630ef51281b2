"""Puts what the outbox holds onto the event bus, woken by the outbox's stream."""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.failures import batch_item_failures
from staydown.aws.stack import Stack
from staydown.services.notices.publish_events import publish_events

logger = Logger()
stack = cache(Stack.from_environment)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    numbers = {
        record["dynamodb"]["Keys"]["pk"]["S"]: record["dynamodb"]["SequenceNumber"]
        for record in event["Records"]
        if record["eventName"] == "INSERT"
    }
    refused = publish_events(stack(), list(numbers))
    if refused:
        logger.warning("the bus refused events", count=len(refused))
    # A stream goes on from the first failure; what was published meanwhile is not published again.
    return batch_item_failures(number for event_id, number in numbers.items() if event_id in refused)

"""Publishes the events of the outbox to the event bus, triggered by the outbox's stream."""

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
    sequence_numbers = {
        record["dynamodb"]["Keys"]["pk"]["S"]: record["dynamodb"]["SequenceNumber"]
        for record in event["Records"]
        if record["eventName"] == "INSERT"
    }
    rejected = publish_events(stack(), list(sequence_numbers))
    if rejected:
        logger.warning("events rejected by the bus", count=len(rejected))
    # The stream retries from the first failure. Published events are not published again.
    return batch_item_failures(
        number for event_id, number in sequence_numbers.items() if event_id in rejected
    )

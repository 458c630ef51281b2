"""Delivers events to platforms' webhooks, with retries at increasing delays for about a day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.events import parse_event
from staydown.api.failures import batch_item_failures, log_failure
from staydown.aws.stack import Stack
from staydown.exchange.webhooks import retry_delay
from staydown.services.notices.deliver_webhook import EndpointBackoff, WebhookNotDelivered, deliver_webhook

logger = Logger()
stack = cache(Stack.from_environment)
backoff = EndpointBackoff()


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Deliver a batch in parallel, so that a slow endpoint does not delay the others."""
    records = event["Records"]
    with ThreadPoolExecutor(max_workers=max(1, len(records))) as pool:
        results = list(pool.map(_deliver, records))
    return batch_item_failures(r["messageId"] for r, ok in zip(records, results, strict=True) if not ok)


def _deliver(record: dict[str, Any]) -> bool:
    attempt = int(record["attributes"]["ApproximateReceiveCount"])
    try:
        envelope = parse_event(record["body"])
        try:
            platform = deliver_webhook(stack(), backoff, envelope)
        except WebhookNotDelivered as error:
            logger.warning("not delivered", event_id=envelope.event_id, reason=error.code, attempt=attempt)
            stack().webhooks_queue.set_visibility_timeout(record["receiptHandle"], retry_delay(attempt))
            return False
    except Exception as error:  # noqa: BLE001 (only this message is retried)
        log_failure(logger, error, message_id=record["messageId"])
        return False
    if platform is not None:
        logger.info("delivered", event_id=envelope.event_id, platform=platform, attempt=attempt)
    return True

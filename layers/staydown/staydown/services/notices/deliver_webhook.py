"""A platform is told of what concerns it, at the endpoint that it named."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus

from staydown.aws.outbound_http import RequestFailed
from staydown.aws.stack import Stack
from staydown.domain.events import EventEnvelope
from staydown.exchange.webhooks import CONTENT_TYPE, cloud_event_body, signature_headers

BACKOFF = timedelta(seconds=30)
"""How long an endpoint that let us wait is not asked again by the same function."""


class WebhookNotDelivered(Exception):
    """why: a code for a log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class EndpointBackoff:
    """Endpoints that let us wait, so that others need not wait behind them."""

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}

    def is_backing_off(self, platform: str, now: datetime) -> bool:
        return now < self._until.get(platform, now)

    def back_off(self, platform: str, now: datetime) -> None:
        self._until[platform] = now + BACKOFF


def deliver_webhook(stack: Stack, backoff: EndpointBackoff, event: EventEnvelope) -> str | None:
    """Send an event to the platform it concerns; which that is, or None when nobody asked for it.

    Undelivered unless the endpoint answered that it has it (2xx); a redirection is no such answer. The same
    event has the same id in each delivery, so an endpoint can drop what it has seen.
    """
    platform = event.detail.get("platform")
    if not isinstance(platform, str) or not platform:
        return None
    endpoint = stack.webhook_endpoints.get(platform)
    if endpoint is None:
        return None
    if backoff.is_backing_off(platform, stack.now()):
        raise WebhookNotDelivered("resting")
    body = cloud_event_body(event)
    headers = {
        "content-type": CONTENT_TYPE,
        "user-agent": "staydown",
        **signature_headers(endpoint.secrets, event.event_id, body, now=stack.now()),
    }
    try:
        status = stack.outbound_http(endpoint.url, headers, body)
    except RequestFailed as failed:
        if failed.timed_out:
            backoff.back_off(platform, stack.now())
        raise WebhookNotDelivered(failed.code) from None
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise WebhookNotDelivered(f"status_{status}")
    return platform

"""Delivery of events to the webhook endpoints of platforms."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus

from staydown.aws.outbound_http import RequestFailed
from staydown.aws.stack import Stack
from staydown.domain.events import EventEnvelope
from staydown.exchange.webhooks import CONTENT_TYPE, cloud_event_body, signature_headers

BACKOFF = timedelta(seconds=30)
"""How long a function sends nothing to an endpoint that timed out."""


class WebhookNotDelivered(Exception):
    """The endpoint did not accept the event."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        """The reason, as a code for the log."""


class EndpointBackoff:
    """The endpoints that timed out lately. Skipping them keeps deliveries to other endpoints on time."""

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}

    def is_backing_off(self, platform: str, now: datetime) -> bool:
        return now < self._until.get(platform, now)

    def back_off(self, platform: str, now: datetime) -> None:
        self._until[platform] = now + BACKOFF


def deliver_webhook(stack: Stack, backoff: EndpointBackoff, envelope: EventEnvelope) -> str | None:
    """Send an event to its platform. Return the platform, or None where no endpoint is to receive the event.

    Raise WebhookNotDelivered unless the endpoint answers 2xx; a redirection counts as a failure. An event
    keeps its id in all deliveries, so that an endpoint can drop duplicates.
    """
    platform = _platform(envelope)
    if platform is None:
        return None
    endpoint = stack.webhook_endpoints.get(platform)
    if endpoint is None:
        return None
    if backoff.is_backing_off(platform, stack.now()):
        raise WebhookNotDelivered("backing_off")
    body = cloud_event_body(envelope)
    headers = {
        "content-type": CONTENT_TYPE,
        "user-agent": "staydown",
        **signature_headers(endpoint.secrets, envelope.event_id, body, now=stack.now()),
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


def _platform(envelope: EventEnvelope) -> str | None:
    """Return the platform that an event of any type is about, if it names one."""
    platform = envelope.detail.get("platform")
    return platform if isinstance(platform, str) and platform else None

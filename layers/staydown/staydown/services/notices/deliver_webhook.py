"""A platform is told of what concerns it, at the endpoint that it named."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus

from staydown.aws.https_post import PostFailed
from staydown.aws.stack import Stack
from staydown.domain.events import Event
from staydown.domain.webhooks import CONTENT_TYPE, cloud_event, signed_headers

REST = timedelta(seconds=30)
"""How long an endpoint that let us wait is not asked again by the same function."""


class Undelivered(Exception):
    """why: a code for a log."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Resting:
    """Endpoints that let us wait, so that others need not wait behind them."""

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}

    def rests(self, platform: str, now: datetime) -> bool:
        return now < self._until.get(platform, now)

    def rest(self, platform: str, now: datetime) -> None:
        self._until[platform] = now + REST


def deliver_webhook(stack: Stack, resting: Resting, event: Event) -> str | None:
    """Send an event to the platform it concerns; which that is, or None when nobody asked for it.

    Undelivered unless the endpoint answered that it has it (2xx); a redirection is no such answer. The same
    event has the same id in each delivery, so an endpoint can drop what it has seen.
    """
    platform = event.detail.get("platform")
    if not isinstance(platform, str) or not platform:
        return None
    endpoint = stack.endpoints.of(platform)
    if endpoint is None:
        return None
    if resting.rests(platform, stack.now()):
        raise Undelivered("resting")
    body = cloud_event(event)
    headers = {
        "content-type": CONTENT_TYPE,
        "user-agent": "staydown",
        **signed_headers(endpoint.secrets, event.event_id, body, now=stack.now()),
    }
    try:
        status = stack.post(endpoint.url, headers, body)
    except PostFailed as failed:
        if failed.slow:
            resting.rest(platform, stack.now())
        raise Undelivered(failed.why) from None
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise Undelivered(f"status_{status}")
    return platform

"""Webhook delivery: signed, to the platform concerned, and not delayed by other endpoints."""

from __future__ import annotations

import json
from collections.abc import Callable

import boto3
import pytest
from staydown.aws.outbound_http import OutboundHttpClient, RequestFailed
from staydown.aws.stack import Stack
from staydown.domain.events import EventEnvelope, EventType
from staydown.services.notices.deliver_webhook import (
    BACKOFF,
    EndpointBackoff,
    WebhookNotDelivered,
    deliver_webhook,
)

from tests.support.cloud import MemoryCloud
from tests.support.faults import CallRecorder
from tests.support.webhook_receiver import WebhookReceiver
from tests.support.world import World


@pytest.fixture
def outside(world: World) -> WebhookReceiver:
    return world.register_endpoints("alpha", "beta")


def event(world: World, platform: object = "alpha") -> EventEnvelope:
    return EventEnvelope(
        "id-1", EventType.UPLOAD_REMOVED, world.clock(), {"platform": platform, "upload_id": "u"}
    )


def deliver(world: World, platform: object = "alpha", backoff: EndpointBackoff | None = None) -> str | None:
    return deliver_webhook(world.stack, backoff or EndpointBackoff(), event(world, platform))


def test_event_goes_to_its_platform_signed_with_both_secrets(world: World, outside: WebhookReceiver) -> None:
    assert deliver(world, "beta") == "beta"
    ((url, headers, body),) = outside.received
    assert url == "https://beta/"
    assert headers["webhook-id"] == json.loads(body)["id"] == "id-1"
    assert len(headers["webhook-signature"].split()) == 2
    assert headers["content-type"].startswith("application/cloudevents+json")


@pytest.mark.parametrize("platform", [None, "", 7, "gamma"])
def test_event_without_an_endpoint_is_acknowledged(
    world: World, outside: WebhookReceiver, platform: object
) -> None:
    assert deliver(world, platform) is None
    assert outside.received == []


@pytest.mark.parametrize("status", [100, 199, 300, 301, 307, 400, 404, 410, 429, 500, 503])
def test_non_success_status_is_a_failed_delivery(world: World, outside: WebhookReceiver, status: int) -> None:
    outside.responses["https://alpha/"] = status
    with pytest.raises(WebhookNotDelivered, match=f"status_{status}"):
        deliver(world)


def test_slow_endpoint_is_paused_and_others_are_not(world: World, outside: WebhookReceiver) -> None:
    backoff = EndpointBackoff()
    outside.responses["https://alpha/"] = RequestFailed("timed_out", timed_out=True)
    for expected in ("timed_out", "backing_off"):
        with pytest.raises(WebhookNotDelivered, match=expected):
            deliver(world, "alpha", backoff)
    assert deliver(world, "beta", backoff) == "beta"
    assert [url for url, _, _ in outside.received] == ["https://alpha/", "https://beta/"]
    world.clock.now += BACKOFF
    del outside.responses["https://alpha/"]
    assert deliver(world, "alpha", backoff) == "alpha"


def test_unreachable_endpoint_is_retried_at_once(world: World, outside: WebhookReceiver) -> None:
    backoff = EndpointBackoff()
    outside.responses["https://alpha/"] = RequestFailed("unreachable")
    with pytest.raises(WebhookNotDelivered):
        deliver(world, "alpha", backoff)
    del outside.responses["https://alpha/"]
    assert deliver(world, "alpha", backoff) == "alpha"


def endpoint_reads(world: World, act: Callable[[], object]) -> int:
    """Return how often the action reads an endpoint."""
    counting = CallRecorder()
    with world.cloud.wire.watched_by(counting):
        act()
    return sum(call.operation == "GetParameter" for call in counting.calls)


def test_endpoint_change_takes_effect_after_a_minute(world: World, outside: WebhookReceiver) -> None:
    assert isinstance(world.cloud, MemoryCloud)
    assert [endpoint_reads(world, lambda: deliver(world)) for _ in range(3)] == [1, 0, 0]
    world.cloud.parameters.clear()
    assert deliver(world) == "alpha"
    world.clock.advance(minutes=1)
    assert deliver(world) is None


def test_deployed_function_calls_no_local_address(world: World) -> None:
    """Only a stack with a local AWS endpoint may call local addresses; no setting allows it."""
    session = boto3.session.Session("x", "x", region_name="eu-central-1")
    post = Stack(world.cloud.settings, session).outbound_http
    assert isinstance(post, OutboundHttpClient)
    with pytest.raises(RequestFailed, match="bad_url"):
        post("http://127.0.0.1:9/", {}, b"")
    with pytest.raises(RequestFailed, match="address_not_public"):
        post("https://127.0.0.1:9/", {}, b"")

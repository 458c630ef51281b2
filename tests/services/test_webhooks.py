"""Delivering: signed, to whom it concerns, and nobody waits behind somebody else's endpoint."""

from __future__ import annotations

import json
from collections.abc import Callable

import boto3
import pytest
from staydown.aws.https_post import HttpsPost, PostFailed
from staydown.aws.stack import Stack
from staydown.domain.events import Event, EventType
from staydown.services.notices.deliver_webhook import REST, Resting, Undelivered, deliver_webhook

from tests.support.cloud import MemoryCloud
from tests.support.faults import Counting
from tests.support.outside import Outside
from tests.support.world import World


@pytest.fixture
def outside(world: World) -> Outside:
    return world.listen("alpha", "beta")


def event(world: World, platform: object = "alpha") -> Event:
    return Event("id-1", EventType.UPLOAD_REMOVED, world.clock(), {"platform": platform, "upload_id": "u"})


def deliver(world: World, platform: object = "alpha", resting: Resting | None = None) -> str | None:
    return deliver_webhook(world.stack, resting or Resting(), event(world, platform))


def test_an_event_goes_to_the_platform_it_concerns_signed_with_both_secrets(
    world: World, outside: Outside
) -> None:
    assert deliver(world, "beta") == "beta"
    ((url, headers, body),) = outside.got
    assert url == "https://beta/"
    assert headers["webhook-id"] == json.loads(body)["id"] == "id-1"
    assert len(headers["webhook-signature"].split()) == 2
    assert headers["content-type"].startswith("application/cloudevents+json")


@pytest.mark.parametrize("platform", [None, "", 7, "gamma"])
def test_what_concerns_nobody_who_asked_is_done(world: World, outside: Outside, platform: object) -> None:
    assert deliver(world, platform) is None
    assert outside.got == []


@pytest.mark.parametrize("status", [100, 199, 300, 301, 307, 400, 404, 410, 429, 500, 503])
def test_anything_but_a_success_is_not_delivered(world: World, outside: Outside, status: int) -> None:
    outside.answers["https://alpha/"] = status
    with pytest.raises(Undelivered, match=f"status_{status}"):
        deliver(world)


def test_who_lets_us_wait_is_not_asked_again_for_a_while_and_others_are(
    world: World, outside: Outside
) -> None:
    resting = Resting()
    outside.answers["https://alpha/"] = PostFailed("timed_out", slow=True)
    for expected in ("timed_out", "resting"):
        with pytest.raises(Undelivered, match=expected):
            deliver(world, "alpha", resting)
    assert deliver(world, "beta", resting) == "beta"
    assert [url for url, _, _ in outside.got] == ["https://alpha/", "https://beta/"]
    world.clock.now += REST
    del outside.answers["https://alpha/"]
    assert deliver(world, "alpha", resting) == "alpha"


def test_who_refuses_at_once_is_asked_again_at_once(world: World, outside: Outside) -> None:
    resting = Resting()
    outside.answers["https://alpha/"] = PostFailed("unreachable")
    with pytest.raises(Undelivered):
        deliver(world, "alpha", resting)
    del outside.answers["https://alpha/"]
    assert deliver(world, "alpha", resting) == "alpha"


def asked(world: World, act: Callable[[], object]) -> int:
    """How often that asks for an endpoint."""
    counting = Counting()
    with world.cloud.wire.watched_by(counting):
        act()
    return sum(call.operation == "GetParameter" for call in counting.calls)


def test_a_change_of_the_endpoint_is_known_after_a_minute(world: World, outside: Outside) -> None:
    assert isinstance(world.cloud, MemoryCloud)
    assert [asked(world, lambda: deliver(world)) for _ in range(3)] == [1, 0, 0]
    world.cloud.parameters.clear()
    assert deliver(world) == "alpha"
    world.clock.advance(minutes=1)
    assert deliver(world) is None


def test_a_deployed_function_calls_no_address_of_our_own(world: World) -> None:
    """The exception is for a stack whose AWS is on this machine: there is no setting that makes it."""
    session = boto3.session.Session("x", "x", region_name="eu-central-1")
    post = Stack(world.cloud.settings, session).post
    assert isinstance(post, HttpsPost)
    with pytest.raises(PostFailed, match="bad_url"):
        post("http://127.0.0.1:9/", {}, b"")
    with pytest.raises(PostFailed, match="address_not_public"):
        post("https://127.0.0.1:9/", {}, b"")

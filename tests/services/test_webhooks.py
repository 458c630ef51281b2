"""Delivering: signed, to whom it concerns, and nobody waits behind somebody else's endpoint."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from staydown.aws.endpoints import Endpoints
from staydown.aws.https_post import HttpsPost, PostFailed
from staydown.aws.stack import Stack
from staydown.domain.events import Event, EventType
from staydown.services.deliver_webhook import REST, Resting, Undelivered, deliver_webhook

from tests.support.world import World

SECRETS = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAA9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


@dataclass
class Parameters:
    """Systems Manager, as far as it is asked. broken: it answers nothing."""

    values: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    broken: bool = False

    def get_parameter(self, *, Name: str, WithDecryption: bool) -> Mapping[str, Any]:
        assert WithDecryption
        self.asked.append(Name)
        code = "ThrottlingException" if self.broken else "ParameterNotFound"
        if self.broken or Name not in self.values:
            raise ClientError({"Error": {"Code": code, "Message": ""}}, "GetParameter")
        return {"Parameter": {"Value": self.values[Name]}}


@dataclass
class Outside:
    """Endpoints, by URL: the status that each answers, or how calling it fails."""

    answers: dict[str, int | PostFailed] = field(default_factory=dict)
    got: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        answer = self.answers.get(url, 204)
        self.got.append((url, headers, body))
        if isinstance(answer, PostFailed):
            raise answer
        return answer


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
def parameters(world: World, outside: Outside) -> Iterator[Parameters]:
    found = Parameters()
    for name in ("alpha", "beta"):
        found.values[f"/x/webhooks/{name}"] = json.dumps({"url": f"https://{name}/", "secrets": SECRETS})
    world.stack.__dict__["endpoints"] = Endpoints(found, "/x/webhooks", world.clock)
    world.stack.__dict__["post"] = outside
    yield found
    del world.stack.__dict__["endpoints"], world.stack.__dict__["post"]


def event(world: World, platform: object = "alpha") -> Event:
    return Event("id-1", EventType.UPLOAD_REMOVED, world.clock(), {"platform": platform, "upload_id": "u"})


def deliver(world: World, platform: object = "alpha", resting: Resting | None = None) -> str | None:
    return deliver_webhook(world.stack, resting or Resting(), event(world, platform))


def test_an_event_goes_to_the_platform_it_concerns_signed_with_both_secrets(
    world: World, parameters: Parameters, outside: Outside
) -> None:
    assert deliver(world, "beta") == "beta"
    ((url, headers, body),) = outside.got
    assert url == "https://beta/"
    assert headers["webhook-id"] == json.loads(body)["id"] == "id-1"
    assert len(headers["webhook-signature"].split()) == 2
    assert headers["content-type"].startswith("application/cloudevents+json")


@pytest.mark.parametrize("platform", [None, "", 7, "gamma"])
def test_what_concerns_nobody_who_asked_is_done(
    world: World, parameters: Parameters, outside: Outside, platform: object
) -> None:
    assert deliver(world, platform) is None
    assert outside.got == []


@pytest.mark.parametrize("status", [100, 199, 300, 301, 307, 400, 404, 410, 429, 500, 503])
def test_anything_but_a_success_is_not_delivered(
    world: World, parameters: Parameters, outside: Outside, status: int
) -> None:
    outside.answers["https://alpha/"] = status
    with pytest.raises(Undelivered, match=f"status_{status}"):
        deliver(world)


def test_who_lets_us_wait_is_not_asked_again_for_a_while_and_others_are(
    world: World, parameters: Parameters, outside: Outside
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


def test_who_refuses_at_once_is_asked_again_at_once(
    world: World, parameters: Parameters, outside: Outside
) -> None:
    resting = Resting()
    outside.answers["https://alpha/"] = PostFailed("unreachable")
    with pytest.raises(Undelivered):
        deliver(world, "alpha", resting)
    del outside.answers["https://alpha/"]
    assert deliver(world, "alpha", resting) == "alpha"


def test_a_change_of_the_endpoint_is_known_after_a_minute(world: World, parameters: Parameters) -> None:
    for _ in range(3):
        deliver(world)
    assert parameters.asked == ["/x/webhooks/alpha"]
    del parameters.values["/x/webhooks/alpha"]
    assert deliver(world) == "alpha"
    world.clock.advance(minutes=1)
    assert deliver(world) is None


def test_when_the_endpoint_can_not_be_read_nothing_is_taken_for_done(
    world: World, parameters: Parameters, outside: Outside
) -> None:
    parameters.broken = True
    with pytest.raises(ClientError):
        deliver(world)
    parameters.broken = False
    assert deliver(world) == "alpha"
    assert len(outside.got) == 1


def test_a_deployed_function_calls_no_address_of_our_own(world: World) -> None:
    """The exception is for a stack whose AWS is on this machine: there is no setting that makes it."""
    session = boto3.session.Session("x", "x", region_name="eu-central-1")
    post = Stack(world.cloud.settings, session).post
    assert isinstance(post, HttpsPost)
    with pytest.raises(PostFailed, match="bad_url"):
        post("http://127.0.0.1:9/", {}, b"")
    with pytest.raises(PostFailed, match="address_not_public"):
        post("https://127.0.0.1:9/", {}, b"")

"""A running stack and everything that is visible of it from outside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from infra.local.stack import LocalStack
from tests.journeys.clients import ApiClient, PlatformClient, ReporterClient, ReviewerClient
from tests.journeys.contract import Contract
from tests.journeys.leak_watch import LeakWatch

_HIGH_LIMITS = {
    # The throttle has its own tests and would only slow these down.
    "PublicRequestsPerSecond": 1000,
    "PublicRequestBurst": 1000,
    "RequestsPerSecond": 10_000,
    "RequestBurst": 5_000,
    "LogLevel": "DEBUG",
    # Without it each decision would align the uploads of all earlier tests; the demo covers that.
    "LookBackDays": 0,
}


@dataclass
class DeployedStack:
    """A running stack. description: `.local/stack.json`. events_url: queue with all events of the bus."""

    stack: LocalStack
    description: dict[str, Any]
    contract: Contract
    watch: LeakWatch
    events_url: str

    def app(self, platform: str = "alpha") -> PlatformClient:
        return PlatformClient(self.description, self.contract, self.watch, _token(self.description, platform))

    def reviewer(self, name: str = "robin") -> ReviewerClient:
        return ReviewerClient(self.description, self.contract, self.watch, _token(self.description, name))

    def person(self) -> ReporterClient:
        return ReporterClient(self.description, self.contract, self.watch)

    def caller(self, token: str | None) -> ApiClient:
        """Return a client with this token, or without any."""
        return ApiClient(self.description, self.contract, self.watch, token)

    def drain(self) -> None:
        self.stack.drain()

    def events(self) -> list[dict[str, Any]]:
        """Return the events put on the bus since the last call, as a subscriber receives them."""
        sqs = self.stack.client("sqs")
        heard: list[dict[str, Any]] = []
        while messages := sqs.receive_message(QueueUrl=self.events_url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            heard += [json.loads(message["Body"]) for message in messages]
            entries = [{"Id": m["MessageId"], "ReceiptHandle": m["ReceiptHandle"]} for m in messages]
            sqs.delete_message_batch(QueueUrl=self.events_url, Entries=entries)
        for event in heard:
            self.watch.event(event)
        return heard


@contextmanager
def deployed_stack(**parameters: int | str) -> Iterator[DeployedStack]:
    """Run the whole stack in this process. At the end require no failures and no leaks."""
    watch = LeakWatch()
    with (
        LocalStack(parameters={**_HIGH_LIMITS, **parameters}, report=watch.report) as stack,
        watch.listening(),
    ):
        description = json.loads(json.dumps(stack.description()))
        document = requests.get(f"{stack.api_url}/v1/openapi.json", timeout=30).json()
        it = DeployedStack(stack, description, Contract(document), watch, _subscribed_queue(stack))
        yield it
        it.drain()
        it.events()
    assert not watch.failures(), watch.failures()
    assert not watch.leaks(), watch.leaks()


def _subscribed_queue(stack: LocalStack) -> str:
    """Create a queue that receives all events of the bus. Return its URL."""
    sqs, events = stack.client("sqs"), stack.client("events")
    url = sqs.create_queue(QueueName="listening")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    (bus,) = (one["Name"] for one in events.list_event_buses()["EventBuses"] if one["Name"] != "default")
    events.put_rule(Name="listening", EventBusName=bus, EventPattern=json.dumps({"source": ["staydown"]}))
    events.put_targets(Rule="listening", EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
    return str(url)


def _token(description: dict[str, Any], name: str) -> str:
    known = {one["platform"]: one["token"] for one in description["platforms"]}
    known |= {one["username"]: one["token"] for one in description["reviewers"]}
    return str(known[name])

"""Functions behind queues and streams retry failed items only, and process none twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from staydown.aws.event_bus import EventBus
from staydown.aws.images import Images
from staydown.domain.events import BankChanged, UploadReviewed, UploadStateChanged
from staydown.domain.uploads.upload import UploadState

from tests.journeys.deployed import DeployedStack
from tests.journeys.reported_uploads import new_account, new_picture, own_hash, reported_upload
from tests.support.event_messages import event_message

Json = dict[str, Any]
S3_TEST = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "uploads"}
MALFORMED = ["", "{", "null", "[]", "1", '"text"', '{"Records": 1}', '{"Records": [1]}', '{"Records": [{}]}']


def message(number: int, body: object, attempt: int = 1) -> Json:
    return {
        "messageId": f"message-{number}",
        "receiptHandle": "handle",
        "body": body if isinstance(body, str) else json.dumps(body),
        "attributes": {"ApproximateReceiveCount": str(attempt)},
        "eventSource": "aws:sqs",
    }


def notification(key: str) -> Json:
    """Return an S3 notification about an uploaded object."""
    return {"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}}]}


def invoke(stack: DeployedStack, function: str, *messages: Json) -> list[str]:
    """Invoke a function and return the ids of the failed items."""
    answer = stack.stack.functions[function].invoke({"Records": list(messages)})
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def put(stack: DeployedStack) -> str:
    """Put an object that is not scanned yet, and return its key."""
    key = f"alpha/{new_account()}/x"
    stack.app().put_object(key, new_picture())
    return key


@pytest.mark.parametrize("body", [S3_TEST, {}, {"Records": []}])
def test_notification_without_an_object_is_acknowledged(stack: DeployedStack, body: Json) -> None:
    assert invoke(stack, "ScanUploadFunction", message(1, body)) == []


@pytest.mark.parametrize("body", MALFORMED)
def test_unreadable_message_alone_is_returned(stack: DeployedStack, body: str) -> None:
    key = put(stack)
    back = invoke(stack, "ScanUploadFunction", message(1, body), message(2, notification(key)))
    assert back == ["message-1"]
    stack.drain()
    states = {event["detail"]["state"] for event in stack.events() if event["detail"].get("key") == key}
    assert states == {"published"}


@pytest.mark.parametrize("body", [{"detail-type": "upload.held"}, {"detail-type": "x", "detail": {}}])
def test_event_about_an_unknown_upload_alone_is_returned(stack: DeployedStack, body: Json) -> None:
    unknown = event_message(UploadReviewed("gone"))
    assert invoke(stack, "ScanUploadFunction", message(1, body), message(2, unknown)) == ["message-1"]


def test_duplicate_notification_makes_one_upload(stack: DeployedStack) -> None:
    key = put(stack)
    twice = [message(number, notification(key)) for number in range(3)]
    assert invoke(stack, "ScanUploadFunction", *twice) == []
    assert invoke(stack, "ScanUploadFunction", twice[0]) == []
    stack.drain()
    event_types = [event["detail-type"] for event in stack.events() if event["detail"].get("key") == key]
    assert event_types == ["upload.published"]


def test_object_that_fails_its_scan_alone_is_returned(
    stack: DeployedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = put(stack), put(stack)
    read = Images.read_original

    def fails(self: Images, key: str, version: str | None) -> Any:
        if key == bad:
            raise ConnectionError(key)
        return read(self, key, version)

    with monkeypatch.context() as patched:
        patched.setattr(Images, "read_original", fails)
        back = invoke(
            stack, "ScanUploadFunction", message(1, notification(bad)), message(2, notification(good))
        )
    assert back == ["message-1"]
    stack.drain()
    states = {
        event["detail"]["key"]: event["detail"]["state"]
        for event in stack.events()
        if "key" in event["detail"]
    }
    assert (states[bad], states[good]) == ("published", "published"), "the retry must succeed"


@pytest.mark.parametrize("body", ["", "null", "{}", '{"detail": {}}'])
def test_unreadable_bank_change_alone_is_returned(stack: DeployedStack, body: str) -> None:
    readable = event_message(BankChanged((), 1))
    assert invoke(stack, "SweepFunction", message(1, body), message(2, readable)) == ["message-1"]


def record(number: int, event_id: str, name: str = "INSERT") -> Json:
    keys = {"pk": {"S": event_id}, "sk": {"S": "EVENT"}}
    return {"eventName": name, "dynamodb": {"Keys": keys, "SequenceNumber": str(number)}}


def test_stream_records_of_published_events_are_acknowledged(stack: DeployedStack) -> None:
    assert invoke(stack, "PublishEventsFunction", record(1, "gone"), record(2, "gone", "REMOVE")) == []


def test_event_rejected_by_the_bus_is_retried_until_accepted(
    stack: DeployedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.drain()
    stack.events()
    publish: Callable[..., Any] = EventBus.publish
    refusals = iter([True, True])

    def refuses(self: EventBus, events: list[Any]) -> Any:
        taken = events[1:] if next(refusals, False) else events
        return publish(self, taken) if taken else []

    monkeypatch.setattr(EventBus, "publish", refuses)
    stack.person().report(hashes=[own_hash(new_picture())])
    stack.drain()
    event_types = sorted(event["detail-type"] for event in stack.events())
    assert {"bank.changed", "case.opened"} <= set(event_types)
    assert len(set(event_types)) == len(event_types)
    assert next(refusals, None) is None, "a rejected event must be retried"


def test_reconciling_an_upload_is_idempotent(stack: DeployedStack) -> None:
    scene = reported_upload(stack)
    stack.reviewer().decide(scene.case_id, "violating")
    stack.drain()
    event = event_message(
        UploadStateChanged(scene.upload_id, "alpha", "ann", "alpha/ann/x", UploadState.REMOVED, None)
    )
    assert invoke(stack, "ScanUploadFunction", *(message(number, event) for number in range(5))) == []
    assert stack.app().status(scene.upload_id)["state"] == "removed"

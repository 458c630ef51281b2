"""Webhooks through the whole stack: retries, dead letters, redelivery and endpoint settings."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from staydown.exchange.webhooks import MAX_ATTEMPTS

from infra import platforms, webhooks
from infra.local.environment import applied_environment, local_variables
from infra.local.intrinsics import STACK_NAME
from infra.local.stack import LocalStack
from infra.webhooks import InvalidEndpoint


class HttpReceiver:
    """A platform's server.

    answers: the statuses that it returns in turn; the last one repeats. hold: no response until it is set.
    """

    def __init__(self) -> None:
        self.answers = [204]
        self.got: list[dict[str, Any]] = []
        self.hold: threading.Event | None = None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                receiver.got.append(body)
                if receiver.hold is not None:
                    receiver.hold.wait(10)
                answers = receiver.answers
                self.send_response(answers.pop(0) if len(answers) > 1 else answers[0])
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def stop(self) -> None:
        if self.hold is not None:
            self.hold.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    with LocalStack(report=lambda _: None) as stack:
        yield stack


@pytest.fixture
def receiver(stack: LocalStack) -> Iterator[HttpReceiver]:
    found = HttpReceiver()
    set_endpoint(stack, "alpha", found.url)
    yield found
    found.stop()
    stack.functions["DeliverWebhooksFunction"].load()


def set_endpoint(stack: LocalStack, platform: str, url: str) -> None:
    webhooks.set_endpoint(stack.client("ssm"), STACK_NAME, platform, url)
    stack.functions["DeliverWebhooksFunction"].load()  # A cold function has no cached endpoint.


def enqueue_event(stack: LocalStack, platform: str, event_id: str = "id-1") -> None:
    """Send an event to the queue as EventBridge does."""
    detail = {"id": event_id, "time": "2026-11-23T04:01:06+00:00", "platform": platform, "upload_id": "u"}
    body = json.dumps({"detail-type": "upload.removed", "detail": detail})
    stack.client("sqs").send_message(QueueUrl=stack.queues["webhooks"], MessageBody=body)


def dead_letter_count(stack: LocalStack) -> int:
    return stack._emulator.count_messages(stack.queues["webhooks_dead_letters"].rpartition("/")[2])


def test_failed_delivery_is_retried_with_the_same_id(stack: LocalStack, receiver: HttpReceiver) -> None:
    receiver.answers = [500, 301, 429, 204]
    enqueue_event(stack, "alpha")
    stack.drain()
    assert [one["id"] for one in receiver.got] == ["id-1"] * 4
    assert dead_letter_count(stack) == 0


def test_undeliverable_event_is_dead_lettered_and_redriven(stack: LocalStack, receiver: HttpReceiver) -> None:
    receiver.answers = [500]
    other = HttpReceiver()
    try:
        other.answers = [503]
        set_endpoint(stack, "beta", other.url)
        enqueue_event(stack, "alpha", "of-alpha")
        enqueue_event(stack, "beta", "of-beta")
        stack.drain()
        assert (len(receiver.got), len(other.got), dead_letter_count(stack)) == (
            MAX_ATTEMPTS,
            MAX_ATTEMPTS,
            2,
        )
        receiver.answers, other.answers = [204], [204]
        queues = {"dead_letters": stack.queues["webhooks_dead_letters"], "queue": stack.queues["webhooks"]}
        assert webhooks.redeliver(stack.client("sqs"), platform="alpha", **queues) == 1
        stack.drain()
        assert receiver.got[-1]["id"] == "of-alpha"
        assert (len(receiver.got), len(other.got), dead_letter_count(stack)) == (
            MAX_ATTEMPTS + 1,
            MAX_ATTEMPTS,
            1,
        )
    finally:
        other.stop()


def test_unresponsive_endpoint_delays_no_other(stack: LocalStack, receiver: HttpReceiver) -> None:
    """In one batch, the other webhook is delivered while this one waits for a response."""
    slow = HttpReceiver()
    slow.hold = threading.Event()
    arrived = threading.Event()
    try:
        set_endpoint(stack, "beta", slow.url)
        function = stack.functions["DeliverWebhooksFunction"]
        messages = [_record("beta", "1"), _record("alpha", "2")]
        answers: list[Any] = []

        def invoke() -> None:
            answers.append(function.invoke({"Records": messages}))
            arrived.set()

        thread = threading.Thread(target=invoke)
        thread.start()
        while not receiver.got and not arrived.wait(0.01):
            pass
        assert receiver.got, "the webhook to alpha must be delivered"
        assert not arrived.is_set(), "the webhook to beta must still be in progress"
        slow.hold.set()
        thread.join(10)
        assert answers == [{"batchItemFailures": []}]
    finally:
        slow.stop()


def _record(platform: str, number: str) -> dict[str, Any]:
    detail = {"id": number, "time": "2026-11-23T04:01:06+00:00", "platform": platform}
    return {
        "messageId": number,
        "receiptHandle": "none",
        "body": json.dumps({"detail-type": "upload.removed", "detail": detail}),
        "attributes": {"ApproximateReceiveCount": "1"},
    }


def test_failed_delivery_is_hidden_for_its_retry_delay(stack: LocalStack, receiver: HttpReceiver) -> None:
    receiver.answers = [500]
    enqueue_event(stack, "alpha")
    sqs, url = stack.client("sqs"), stack.queues["webhooks"]
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    record = {**_record("alpha", "1"), "receiptHandle": message["ReceiptHandle"]}
    record["attributes"] = {"ApproximateReceiveCount": "4"}
    answer = stack.functions["DeliverWebhooksFunction"].invoke({"Records": [record]})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    (held,) = stack._emulator._sqs.queues[url.rpartition("/")[2]]._messages
    hidden = held.visible_at / 1000 - time.time()
    assert 7000 < hidden <= 7200
    sqs.purge_queue(QueueUrl=url)


def test_malformed_message_alone_is_returned(stack: LocalStack, receiver: HttpReceiver) -> None:
    good, odd = _record("alpha", "1"), {**_record("alpha", "2"), "body": "[]"}
    answer = stack.functions["DeliverWebhooksFunction"].invoke({"Records": [good, odd]})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert len(receiver.got) == 1


def stored(stack: LocalStack, platform: str) -> Any:
    answer = stack.client("ssm").get_parameter(Name=f"/{STACK_NAME}/webhooks/{platform}", WithDecryption=True)
    assert answer["Parameter"]["Type"] == "SecureString"
    return json.loads(answer["Parameter"]["Value"])


def command(stack: LocalStack, *arguments: str) -> int:
    with applied_environment(local_variables(stack.endpoint)):
        return platforms.main(["webhook", *arguments])


def test_an_endpoint_is_set_changed_and_removed_by_a_command(
    stack: LocalStack, capsys: pytest.CaptureFixture[str]
) -> None:
    callers = stack.callers
    assert callers is not None
    cognito = stack.client("cognito-idp")
    cognito.create_user_pool_client(UserPoolId=callers.user_pool_id, ClientName="platform-gamma")
    assert command(stack, "gamma", "--url", "https://example.org/hooks") == 0
    first = capsys.readouterr().out.split()[-1]
    assert stored(stack, "gamma") == {"url": "https://example.org/hooks", "secrets": [first]}
    assert command(stack, "gamma", "--rotate") == 0
    second = capsys.readouterr().out.split()[1]
    assert stored(stack, "gamma")["secrets"] == [second, first]
    assert command(stack, "gamma", "--url", "https://example.org/other") == 0
    assert "unchanged" in capsys.readouterr().out
    assert command(stack, "gamma", "--retire") == 0
    assert stored(stack, "gamma") == {"url": "https://example.org/other", "secrets": [second]}
    assert command(stack, "gamma", "--remove") == 0
    capsys.readouterr()
    for arguments in (["--rotate"], ["--retire"], ["--remove"]):
        assert command(stack, "gamma", *arguments) == 1
        assert "gamma has no endpoint" in capsys.readouterr().err


def test_unknown_platform_gets_no_secret(stack: LocalStack, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(stack, "nosuch", "--url", "https://example.org/hooks") == 1
    output = capsys.readouterr()
    assert "no platform 'nosuch'; platforms: alpha, beta" in output.err
    assert output.out == ""


def test_plain_http_is_rejected_for_a_deployed_stack() -> None:
    session = boto3.session.Session("x", "x", region_name="eu-central-1")
    ssm = session.client("ssm", endpoint_url="https://ssm.eu-central-1.amazonaws.com")
    with pytest.raises(InvalidEndpoint, match="https"):
        webhooks.set_endpoint(ssm, "staydown", "alpha", "http://example.org/")
    ssm.close()

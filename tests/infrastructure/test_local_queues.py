"""The local stack delivers queue messages to functions as Lambda does."""

from __future__ import annotations

import json
from urllib.parse import unquote_plus

from infra.local.queue_poller import failed_item_ids
from tests.infrastructure import recorded_events as ledger
from tests.infrastructure.conftest import TinyStack, records


def test_message_arrives_in_the_sqs_envelope(tiny: TinyStack) -> None:
    tiny.stack.client("sqs").send_message(
        QueueUrl=tiny.stack.queues["work"],
        MessageBody="ok",
        MessageAttributes={"colour": {"StringValue": "red", "DataType": "String"}},
    )
    tiny.stack.drain()
    ((record,),) = records()
    assert set(record) == {
        "messageId",
        "receiptHandle",
        "body",
        "attributes",
        "messageAttributes",
        "md5OfBody",
        "eventSource",
        "eventSourceARN",
        "awsRegion",
    }
    assert record["body"] == "ok"
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"].endswith(":staydown-work-queue")
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["attributes"]["SentTimestamp"].isdigit()
    assert record["messageAttributes"]["colour"]["stringValue"] == "red"


def test_batch_is_at_most_the_configured_size(tiny: TinyStack) -> None:
    tiny.send(*["ok"] * 12)
    assert tiny.stack.drain() == 12
    assert sorted(len(batch) for batch in records()) == [2, 5, 5]


def test_only_the_failed_message_of_a_batch_is_retried(tiny: TinyStack) -> None:
    tiny.send("ok", "fail", "ok")
    tiny.stack.drain()
    bodies = [sorted(record["body"] for record in batch) for batch in records()]
    assert bodies == [["fail", "ok", "ok"], ["fail"], ["fail"]]
    counts = [batch[-1]["attributes"]["ApproximateReceiveCount"] for batch in records()[1:]]
    assert counts == ["2", "3"]
    tiny.dead_letters("work_dead_letters")


def test_message_is_dead_lettered_after_max_receive_count(tiny: TinyStack) -> None:
    tiny.send("fail")
    tiny.stack.drain()
    assert len(records()) == 3
    assert tiny.dead_letters("work_dead_letters") == ["fail"]
    assert any("moved to the dead-letter queue" in line for line in tiny.report)


def test_raising_handler_returns_the_whole_batch(tiny: TinyStack) -> None:
    tiny.send("ok", "raise")
    tiny.stack.drain()
    assert [len(batch) for batch in records()] == [2, 2, 2]
    assert sorted(tiny.dead_letters("work_dead_letters")) == ["ok", "raise"]
    assert any("ValueError: the message said so" in line for line in tiny.report)


def test_answer_naming_an_unknown_message_fails_the_batch(tiny: TinyStack) -> None:
    tiny.send("nonsense")
    tiny.stack.drain()
    assert tiny.dead_letters("work_dead_letters") == ["nonsense"]


def test_answers_are_interpreted_like_lambda() -> None:
    assert failed_item_ids(None) == set()
    assert failed_item_ids({}) == set()
    assert failed_item_ids({"batchItemFailures": None}) == set()
    assert failed_item_ids({"batchItemFailures": [{"itemIdentifier": "a"}]}) == {"a"}
    assert failed_item_ids({"batchItemFailures": [{"itemIdentifier": ""}]}) is None
    assert failed_item_ids({"batchItemFailures": [{"name": "a"}]}) is None
    assert failed_item_ids("text") is None


def test_object_notification_carries_the_encoded_key(tiny: TinyStack) -> None:
    tiny.stack.client("s3").put_object(Bucket=tiny.stack.buckets["things"], Key="a b/ü.jpg", Body=b"x")
    tiny.stack.drain()
    ((record,),) = records()
    notice = json.loads(record["body"])["Records"][0]
    assert notice["eventSource"] == "aws:s3"
    key = notice["s3"]["object"]["key"]
    assert " " not in key
    assert unquote_plus(key) == "a b/ü.jpg"


def test_only_matching_events_reach_the_queue_of_a_rule(tiny: TinyStack) -> None:
    entries = [
        {"EventBusName": "tiny", "Source": "tiny", "DetailType": kind, "Detail": json.dumps({"n": 1})}
        for kind in ("wanted", "unwanted")
    ]
    tiny.stack.client("events").put_events(Entries=entries)
    tiny.stack.drain()
    ((record,),) = records()
    event = json.loads(record["body"])
    assert (event["detail-type"], event["source"], event["detail"]) == ("wanted", "tiny", {"n": 1})
    assert ledger.environments[0]["ATTEMPTS"] == "3"

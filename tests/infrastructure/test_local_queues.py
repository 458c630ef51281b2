"""Queues to functions on this machine, as Lambda does it."""

from __future__ import annotations

import json
from urllib.parse import unquote_plus

from infra.local.queues import failed_items
from tests.infrastructure import ledger
from tests.infrastructure.conftest import TinyStack, records


def test_a_message_arrives_in_the_real_envelope(tiny: TinyStack) -> None:
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


def test_a_batch_is_no_larger_than_the_template_says(tiny: TinyStack) -> None:
    tiny.send(*["ok"] * 12)
    assert tiny.stack.drain() == 12
    assert sorted(len(batch) for batch in records()) == [2, 5, 5]


def test_only_the_failed_message_of_a_batch_comes_again(tiny: TinyStack) -> None:
    tiny.send("ok", "fail", "ok")
    tiny.stack.drain()
    bodies = [sorted(record["body"] for record in batch) for batch in records()]
    assert bodies == [["fail", "ok", "ok"], ["fail"], ["fail"]]
    counts = [batch[-1]["attributes"]["ApproximateReceiveCount"] for batch in records()[1:]]
    assert counts == ["2", "3"]
    tiny.dead_letters("work_dead_letters")


def test_after_max_receive_count_a_message_is_in_the_dead_letter_queue(tiny: TinyStack) -> None:
    tiny.send("fail")
    tiny.stack.drain()
    assert len(records()) == 3
    assert tiny.dead_letters("work_dead_letters") == ["fail"]
    assert any("given up" in line for line in tiny.report)


def test_a_handler_that_raises_sends_the_whole_batch_back_and_shows_its_traceback(tiny: TinyStack) -> None:
    tiny.send("ok", "raise")
    tiny.stack.drain()
    assert [len(batch) for batch in records()] == [2, 2, 2]
    assert sorted(tiny.dead_letters("work_dead_letters")) == ["ok", "raise"]
    assert any("ValueError: the message said so" in line for line in tiny.report)


def test_an_answer_that_names_no_message_of_the_batch_fails_the_batch(tiny: TinyStack) -> None:
    tiny.send("nonsense")
    tiny.stack.drain()
    assert tiny.dead_letters("work_dead_letters") == ["nonsense"]


def test_answers_are_read_as_lambda_reads_them() -> None:
    assert failed_items(None) == set()
    assert failed_items({}) == set()
    assert failed_items({"batchItemFailures": None}) == set()
    assert failed_items({"batchItemFailures": [{"itemIdentifier": "a"}]}) == {"a"}
    assert failed_items({"batchItemFailures": [{"itemIdentifier": ""}]}) is None
    assert failed_items({"batchItemFailures": [{"name": "a"}]}) is None
    assert failed_items("text") is None


def test_an_object_put_into_a_bucket_reaches_the_function_with_its_key_encoded(tiny: TinyStack) -> None:
    tiny.stack.client("s3").put_object(Bucket=tiny.stack.buckets["things"], Key="a b/ü.jpg", Body=b"x")
    tiny.stack.drain()
    ((record,),) = records()
    notice = json.loads(record["body"])["Records"][0]
    assert notice["eventSource"] == "aws:s3"
    key = notice["s3"]["object"]["key"]
    assert " " not in key
    assert unquote_plus(key) == "a b/ü.jpg"


def test_an_event_that_a_rule_wants_reaches_its_queue_and_no_other_does(tiny: TinyStack) -> None:
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

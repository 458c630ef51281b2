"""Deliver SQS messages to functions, as Lambda's event source mapping does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from infra.local.emulator import REGION, Emulator
from infra.local.functions import FunctionError, LambdaFunction

_ATTRIBUTES = (
    "ApproximateReceiveCount",
    "SentTimestamp",
    "SenderId",
    "ApproximateFirstReceiveTimestamp",
    "MessageGroupId",
    "MessageDeduplicationId",
    "SequenceNumber",
    "AWSTraceHeader",
    "DeadLetterQueueSourceArn",
)


class QueuePoller:
    """Delivers batches of one queue to one function.

    mapping: the resolved AWS::Lambda::EventSourceMapping. retry_after: seconds until a failed message is
    retried. On AWS this is the queue's visibility timeout: minutes, which would be too long here. After
    maxReceiveCount deliveries, the queue moves the message to its dead-letter queue.
    """

    def __init__(
        self,
        emulator: Emulator,
        function: LambdaFunction,
        mapping: Mapping[str, Any],
        report: Callable[[str], None],
        retry_after: int = 0,
    ) -> None:
        self._emulator = emulator
        self._sqs = emulator.client("sqs")
        self._function = function
        self._arn = str(mapping["EventSourceArn"])
        self.name = self._arn.rpartition(":")[2]
        self._url = self._sqs.get_queue_url(QueueName=self.name)["QueueUrl"]
        self._batch_size = min(10, int(mapping.get("BatchSize", 10)))
        self._partial = "ReportBatchItemFailures" in mapping.get("FunctionResponseTypes", [])
        self._report = report
        self._retry_after = retry_after

    def is_quiet(self) -> bool:
        """Return whether no message waits or is being processed."""
        return self._emulator.count_messages(self.name) == 0

    def poll(self) -> int:
        """Deliver one batch of waiting messages. Return the number of received and discarded messages."""
        waiting = self._emulator.count_receivable(self.name)
        if not waiting:
            return 0
        messages = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=self._batch_size,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        if not messages:
            # The queue has moved messages to its dead-letter queue, or will make them visible soon.
            discarded = waiting - self._emulator.count_receivable(self.name)
            if discarded:
                self._report(f"{self.name}: {discarded} messages moved to the dead-letter queue")
            return waiting
        failed = self._deliver(messages)
        for message in messages:
            if message["MessageId"] in failed:
                self._sqs.change_message_visibility(
                    QueueUrl=self._url,
                    ReceiptHandle=message["ReceiptHandle"],
                    VisibilityTimeout=self._retry_after,
                )
            else:
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        if failed:
            self._report(f"{self.name}: {len(failed)} of {len(messages)} messages failed and are retried")
        return len(messages)

    def _deliver(self, messages: Sequence[Mapping[str, Any]]) -> set[str]:
        """Return the ids of the messages that failed."""
        all_ids = {str(message["MessageId"]) for message in messages}
        try:
            response = self._function.invoke({"Records": [self._record(message) for message in messages]})
        except FunctionError:
            return all_ids
        if not self._partial:
            return set()
        failed = failed_item_ids(response)
        # As on Lambda, an invalid response or an unknown id makes the whole batch fail.
        return all_ids if failed is None or not failed <= all_ids else failed

    def _record(self, message: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": {
                name: message["Attributes"][name] for name in _ATTRIBUTES if name in message["Attributes"]
            },
            "messageAttributes": {
                name: _message_attribute(value)
                for name, value in message.get("MessageAttributes", {}).items()
            },
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self._arn,
            "awsRegion": REGION,
        }


def failed_item_ids(response: Any) -> set[str] | None:
    """Return the failed ids in a partial batch response, or None if it is invalid: then all have failed."""
    if response is None:
        return set()
    if not isinstance(response, dict):
        return None
    failures = response.get("batchItemFailures")
    if failures is None:
        return set()
    identifiers = [failure.get("itemIdentifier") for failure in failures]
    return set(identifiers) if all(isinstance(i, str) and i for i in identifiers) else None


def _message_attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    names = {"StringValue": "stringValue", "BinaryValue": "binaryValue", "DataType": "dataType"}
    return {
        "stringListValues": [],
        "binaryListValues": [],
        **{new: value[old] for old, new in names.items() if old in value},
    }

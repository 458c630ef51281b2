"""Deliver DynamoDB stream records to functions, as Lambda's event source mapping does."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from infra.local.emulator import Emulator
from infra.local.filters import FilterCriteria
from infra.local.functions import FunctionError, LambdaFunction
from infra.local.queue_poller import failed_item_ids

_UNLIMITED = -1


class StreamPoller:
    """Delivers the changes of one table to one function, in order.

    mapping: the resolved AWS::Lambda::EventSourceMapping. A failed batch is retried at once, at most
    MaximumRetryAttempts times. If the mapping says so, a batch that raises is split in two, which is not
    counted as an attempt. Discarded records are reported to the OnFailure queue, and the stream continues.
    """

    def __init__(
        self,
        emulator: Emulator,
        function: LambdaFunction,
        mapping: Mapping[str, Any],
        report: Callable[[str], None],
    ) -> None:
        self._emulator = emulator
        self._function = function
        self._arn = str(mapping["EventSourceArn"])
        self.name = self._arn.split(":", 5)[5].split("/")[1]
        self._batch_size = int(mapping.get("BatchSize", 100))
        self._partial = "ReportBatchItemFailures" in mapping.get("FunctionResponseTypes", [])
        self._bisect = bool(mapping.get("BisectBatchOnFunctionError", False))
        self._retries = int(mapping.get("MaximumRetryAttempts", _UNLIMITED))
        self._filter = FilterCriteria(mapping.get("FilterCriteria", {}).get("Filters", []))
        self._on_failure = mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        self._report = report
        self._lock = threading.Lock()
        self._batches: deque[tuple[list[dict[str, Any]], int]] = deque()

    def is_quiet(self) -> bool:
        """Return whether no record waits or is being processed."""
        with self._lock:
            return not self._batches and not self._emulator.has_changes(self.name)

    def poll(self) -> int:
        """Deliver one batch of waiting records. Return the number of processed and discarded records."""
        with self._lock:
            return self._poll()

    def _poll(self) -> int:
        records = [_to_event_record(record, self._arn) for record in self._emulator.take_stream(self.name)]
        records = [record for record in records if self._filter.matches(record)]
        for start in range(0, len(records), self._batch_size):
            self._batches.append((records[start : start + self._batch_size], 0))
        if not self._batches:
            return 0
        batch, attempts = self._batches.popleft()
        remaining, raised = self._deliver(batch)
        if not remaining:
            return len(batch)
        if raised and self._bisect and len(remaining) > 1:
            middle = len(remaining) // 2
            self._batches.extendleft([(remaining[middle:], attempts), (remaining[:middle], attempts)])
        elif self._retries == _UNLIMITED or attempts < self._retries:
            self._batches.appendleft((remaining, attempts + 1))
        else:
            self._discard(remaining, attempts + 1)
        return len(batch)

    def _deliver(self, batch: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], bool]:
        """Return the remaining records, from the first failure on, and whether the function raised."""
        try:
            response = self._function.invoke({"Records": batch})
        except FunctionError:
            return batch, True
        if not self._partial:
            return [], False
        failed = failed_item_ids(response)
        if failed is None:
            return batch, False
        numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
        if not failed <= set(numbers):
            return batch, False
        return (batch[min(map(numbers.index, failed)) :] if failed else []), False

    def _discard(self, records: list[dict[str, Any]], attempts: int) -> None:
        self._report(f"{self.name}: {len(records)} records discarded after {attempts} attempts")
        if self._on_failure is None:
            return
        sqs = self._emulator.client("sqs")
        url = sqs.get_queue_url(QueueName=self._on_failure.rpartition(":")[2])["QueueUrl"]
        numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
        message = {
            "version": "1.0",
            "timestamp": datetime.now(UTC).isoformat(),
            "requestContext": {
                "functionArn": self._function.name,
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": attempts,
            },
            "DDBStreamBatchInfo": {
                "shardId": "shardId-local",
                "startSequenceNumber": numbers[0],
                "endSequenceNumber": numbers[-1],
                "batchSize": len(records),
                "streamArn": self._arn,
            },
        }
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(message))


def _to_event_record(record: Mapping[str, Any], stream_arn: str) -> dict[str, Any]:
    """Return a record in the format of a Lambda event, with times in seconds."""
    change = dict(record["dynamodb"])
    at = change["ApproximateCreationDateTime"]
    change["ApproximateCreationDateTime"] = float(
        at.replace(tzinfo=UTC).timestamp() if isinstance(at, datetime) else at
    )
    return {**record, "dynamodb": change, "eventSourceARN": stream_arn}

"""A queue to which a function sends, or whose messages it puts off, by itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

_MAX_BATCH_SIZE = 10
"""What one SendMessageBatch takes."""


class SendFailed(Exception):
    """SQS refused some messages of a batch; whoever sent them sends all of them again."""


class SqsQueue:
    """url: as the template's Ref gives it."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, bodies: Sequence[Mapping[str, str]]) -> None:
        """NotSent when some may not be in the queue."""
        for start in range(0, len(bodies), _MAX_BATCH_SIZE):
            entries = [
                {"Id": str(number), "MessageBody": json.dumps(dict(body))}
                for number, body in enumerate(bodies[start : start + _MAX_BATCH_SIZE])
            ]
            answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            if answer.get("Failed"):
                raise SendFailed(f"{len(answer['Failed'])} of {len(entries)} messages")

    def set_visibility_timeout(self, receipt_handle: str, delay: timedelta) -> None:
        """Hide a message that was received, instead of for the queue's own time; at most twelve hours."""
        self._client.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=receipt_handle, VisibilityTimeout=int(delay.total_seconds())
        )

"""An SQS queue that a function sends to, or whose messages it delays."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

_MAX_BATCH_SIZE = 10
"""The limit of SendMessageBatch."""


class SendFailed(Exception):
    """SQS rejected some messages of a batch. The caller sends all of them again."""


class SqsQueue:
    """One queue. url: the value of the template's `Ref`."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, bodies: Sequence[Mapping[str, str]]) -> None:
        """Send messages. Raise SendFailed if some of them may not be in the queue."""
        for start in range(0, len(bodies), _MAX_BATCH_SIZE):
            entries = [
                {"Id": str(number), "MessageBody": json.dumps(dict(body))}
                for number, body in enumerate(bodies[start : start + _MAX_BATCH_SIZE])
            ]
            response = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            if response.get("Failed"):
                raise SendFailed(f"{len(response['Failed'])} of {len(entries)} messages")

    def set_visibility_timeout(self, receipt_handle: str, delay: timedelta) -> None:
        """Set how long a received message stays hidden: at most twelve hours."""
        self._client.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=receipt_handle, VisibilityTimeout=int(delay.total_seconds())
        )

"""A queue whose messages a function puts off by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any


class Queue:
    """url: as the template's Ref gives it."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def postpone(self, receipt: str, delay: timedelta) -> None:
        """Hide a message that was received, instead of for the queue's own time; at most twelve hours."""
        self._client.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=int(delay.total_seconds())
        )

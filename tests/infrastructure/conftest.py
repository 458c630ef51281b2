"""The small stack: started once for each module, with empty records for each test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from infra.local.stack import LocalStack
from tests.infrastructure import recorded_events as ledger

TINY = Path(__file__).parent / "tiny" / "template.yaml"


@dataclass
class TinyStack:
    """The stack, and the lines that it printed."""

    stack: LocalStack
    report: list[str] = field(default_factory=list)

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self.stack.client("sqs").send_message(QueueUrl=self.stack.queues["work"], MessageBody=body)

    def put(self, *items: tuple[str, str]) -> None:
        for key, what in items:
            self.stack.client("dynamodb").put_item(
                TableName=self.stack.tables["items"], Item={"pk": {"S": key}, "what": {"S": what}}
            )

    def dead_letters(self, queue: str) -> list[str]:
        """Receive and delete all messages of a dead-letter queue, and return their bodies."""
        sqs, url = self.stack.client("sqs"), self.stack.queues[queue]
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in found]


@pytest.fixture(scope="module")
def running() -> Iterator[TinyStack]:
    lines: list[str] = []
    with LocalStack(template=TINY, report=lines.append) as stack:
        stack.drain()
        yield TinyStack(stack, lines)


@pytest.fixture
def tiny(running: TinyStack) -> TinyStack:
    running.stack.drain()
    running.report.clear()
    ledger.clear()
    return running


def records() -> list[list[dict[str, Any]]]:
    """Return the batches that a function received, as lists of records."""
    return [event["Records"] for event in ledger.events]

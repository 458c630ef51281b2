"""The tested stack: one that is started for the test, that of `make run`, or a deployment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".local" / "load"
PLATFORM_TOKEN, REVIEWER_TOKEN = "STAYDOWN_PLATFORM_TOKEN", "STAYDOWN_REVIEWER_TOKEN"


class NoTarget(Exception):
    """There is no stack to test. The text says why."""


class StackControl:
    """Control of a stack that was started for the test: see tools/load/stack.py."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def send(self, line: str) -> str:
        """Send a line and return the answer. Raise NoTarget if the process ended."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self.receive()

    def receive(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if not line:
            raise NoTarget(f"the stack ended. See {FOLDER / 'stack.log'}.")
        return line


@dataclass(frozen=True)
class Target:
    """A stack.

    pid: of its process on this machine. queues: URLs by name, if SQS can be called. control: if it was
    started for the test.
    """

    name: str
    api_url: str
    platform_token: str
    reviewer_token: str
    pid: int | None = None
    sqs: Any = None
    queues: Mapping[str, str] | None = None
    control: StackControl | None = None

    def waiting(self, queue: str) -> int:
        """Return the number of messages in a queue, with those in flight."""
        assert self.queues is not None
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        counts = self.sqs.get_queue_attributes(QueueUrl=self.queues[queue], AttributeNames=names)[
            "Attributes"
        ]
        return sum(int(counts[name]) for name in names)

    def dead_letters(self) -> dict[str, int]:
        """Return the number of messages in each dead-letter queue that has any."""
        assert self.queues is not None
        counts = {name: self.waiting(name) for name in self.queues if "dead" in name.lower()}
        return {name: count for name, count in counts.items() if count}


def deployed_target(api_url: str) -> Target:
    """Return the deployment with this URL. Raise NoTarget if a token is not in the environment."""
    missing = [name for name in (PLATFORM_TOKEN, REVIEWER_TOKEN) if not os.environ.get(name)]
    if missing:
        raise NoTarget(f"no access token. Set the environment variables {', '.join(missing)}.")
    return Target(api_url, api_url.rstrip("/"), os.environ[PLATFORM_TOKEN], os.environ[REVIEWER_TOKEN])


def running_target(state_file: Path) -> Target:
    """Return the stack of `make run`. Raise NoTarget if none runs."""
    if not state_file.is_file():
        raise NoTarget(f"no stack is running: {state_file} does not exist. Start one with `make run`.")
    return _described(json.loads(state_file.read_text(encoding="utf-8")), "the stack of `make run`")


@contextmanager
def started_target() -> Iterator[Target]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    state_file = FOLDER / f"stack-{os.getpid()}.json"
    command = [sys.executable, "-m", "tools.load.stack", str(state_file)]
    with (
        (FOLDER / "stack.log").open("w", encoding="utf-8") as log,
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        control = StackControl(process)
        if (answer := control.receive()) != "ready":
            raise NoTarget(answer)
        description = json.loads(state_file.read_text(encoding="utf-8"))
        yield _described(description, "a local stack that was started for the test", control)
        assert process.stdin is not None
        process.stdin.close()  # ends the process
        process.wait(timeout=30)


def _described(description: Mapping[str, Any], name: str, control: StackControl | None = None) -> Target:
    sqs = boto3.client(
        "sqs",
        endpoint_url=description["aws_endpoint_url"],
        region_name=description["region"],
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    (platform, *_), (reviewer, *_) = description["platforms"], description["reviewers"]
    return Target(
        name,
        description["api_url"],
        platform["token"],
        reviewer["token"],
        pid=description["pid"],
        sqs=sqs,
        queues=description["queues"],
        control=control,
    )

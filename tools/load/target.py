"""Where the load goes: a stack started for it, one that `make run` has started, or any deployment."""

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
    """Why there is nothing to load."""


class StackControl:
    """What a stack that was started for this takes: see tools/load/stack.py."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def say(self, line: str) -> str:
        """Its answer; NoTarget when it ended."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self.hear()

    def hear(self) -> str:
        assert self._process.stdout is not None
        heard = self._process.stdout.readline().strip()
        if not heard:
            raise NoTarget(f"the stack ended; why is in {FOLDER / 'stack.log'}")
        return heard


@dataclass(frozen=True)
class Target:
    """pid: of its process, on this machine. queues: their URLs by name, where sqs can be asked. hands: where
    it was started for this."""

    name: str
    api_url: str
    platform_token: str
    reviewer_token: str
    pid: int | None = None
    sqs: Any = None
    queues: Mapping[str, str] | None = None
    control: StackControl | None = None

    def waiting(self, queue: str) -> int:
        """How many messages a queue has, those in flight too."""
        assert self.queues is not None
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        told = self.sqs.get_queue_attributes(QueueUrl=self.queues[queue], AttributeNames=names)["Attributes"]
        return sum(int(told[name]) for name in names)

    def dead_letters(self) -> dict[str, int]:
        """By queue, where there are any."""
        assert self.queues is not None
        counts = {name: self.waiting(name) for name in self.queues if "dead" in name.lower()}
        return {name: count for name, count in counts.items() if count}


def deployed_target(api_url: str) -> Target:
    """The tokens are in the environment; NoTarget where they are not."""
    missing = [name for name in (PLATFORM_TOKEN, REVIEWER_TOKEN) if not os.environ.get(name)]
    if missing:
        raise NoTarget(f"put the access tokens into the environment: {', '.join(missing)}")
    return Target(api_url, api_url.rstrip("/"), os.environ[PLATFORM_TOKEN], os.environ[REVIEWER_TOKEN])


def running_target(state_file: Path) -> Target:
    """What `make run` wrote; NoTarget where it did not."""
    if not state_file.is_file():
        raise NoTarget(f"no stack runs: {state_file} is not there")
    return _described(json.loads(state_file.read_text(encoding="utf-8")), "a stack of `make run`")


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
        hands = StackControl(process)
        if (said := hands.hear()) != "ready":
            raise NoTarget(said)
        description = json.loads(state_file.read_text(encoding="utf-8"))
        yield _described(description, "the stack of `make run`, started for this", hands)
        assert process.stdin is not None
        process.stdin.close()  # which ends it
        process.wait(timeout=30)


def _described(description: Mapping[str, Any], name: str, hands: StackControl | None = None) -> Target:
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
        control=hands,
    )

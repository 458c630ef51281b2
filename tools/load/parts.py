"""The parts of the load: a burst, a soak, and three situations."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tools.load.metrics import PartResult, part_result
from tools.load.pictures import Picture
from tools.load.sending import Client, SentUpload
from tools.load.target import Target
from tools.load.upload_tracker import UploadTracker

SCAN_QUEUE, SCAN_DEAD_LETTERS = "scan", "scan_dead_letters"
POISON = ("no notification", '{"Records": [{"s3": {"object": {}}}]}', '{"detail-type": "upload.held"}')
"""What no version of the function can do anything with."""


@dataclass(frozen=True)
class Load:
    """pictures: without end. senders: uploads that are sent at the same time. patience: seconds
    without an upload that comes to rest, after which what still waits is called lost."""

    target: Target
    client: Client
    pictures: Iterator[Picture]
    senders: int
    patience: float

    def watch(self) -> UploadTracker:
        return UploadTracker(self.client, self.target.pid)

    def send(self, watch: UploadTracker, uploads: int, per_second: float | None = None) -> None:
        """So many, as fast as they go or so many a second; back when the last was sent."""
        began = time.monotonic()
        with ThreadPoolExecutor(self.senders) as pool:
            for number in range(uploads):
                if per_second is not None:
                    time.sleep(max(0.0, began + number / per_second - time.monotonic()))
                watch.send(pool, self._next())

    def _next(self) -> Callable[[], SentUpload]:
        picture = next(self.pictures)
        return lambda: self.client.send(picture)


def burst(load: Load, uploads: int) -> PartResult:
    with load.watch() as watch:
        load.send(watch, uploads)
        watch.wait(load.patience)
    return part_result("burst", f"{uploads} uploads as fast as {load.senders} at a time can send them", watch)


def soak(load: Load, per_second: float, seconds: float) -> PartResult:
    with load.watch() as watch:
        load.send(watch, round(per_second * seconds), per_second)
        watch.wait(load.patience)
    return part_result("soak", f"{per_second:g} uploads a second, for {seconds:g} seconds", watch)


def poison(load: Load, uploads: int) -> PartResult:
    """Messages that fail whenever they come lie among the others, and end in the dead-letter queue."""
    queues = load.target.queues
    assert queues is not None
    before = load.target.waiting(SCAN_DEAD_LETTERS)
    with load.watch() as watch:
        for body in POISON:
            load.target.sqs.send_message(QueueUrl=queues[SCAN_QUEUE], MessageBody=body)
        load.send(watch, uploads)
        watch.wait(load.patience)
        _wait(lambda: load.target.waiting(SCAN_QUEUE) == 0, load.patience)
    dead = load.target.waiting(SCAN_DEAD_LETTERS) - before
    what = f"{len(POISON)} messages that can't be done, and {uploads} uploads behind them"
    wrong = [] if dead == len(POISON) else [f"{dead} of {len(POISON)} are in the dead-letter queue"]
    return part_result("poison", what, watch, {"in the dead-letter queue": dead}, wrong)


def waiting(load: Load, uploads: int) -> PartResult:
    """The scan function is stopped while uploads come in, and then has all of them before it."""
    hands = load.target.control
    assert hands is not None
    with load.watch() as watch:
        hands.say("pause")
        try:
            load.send(watch, uploads)
            waited = load.target.waiting(SCAN_QUEUE)
            began = time.monotonic()
        finally:
            hands.say("resume")
        watch.wait(load.patience)
        drained = time.monotonic() - began
    done = sum(one.is_accounted_for for one in watch.sent)
    noted = {"waited in the queue": waited, "drained in, s": drained, "drained a second": done / drained}
    wrong = [] if waited >= uploads else [f"only {waited} waited"]
    return part_result(
        "waiting", f"{uploads} uploads that wait at once; then they are drained", watch, noted, wrong
    )


def throttled(load: Load, per_second: float, seconds: float, share: float) -> PartResult:
    """For a third of the time DynamoDB takes only some of the calls."""
    hands = load.target.control
    assert hands is not None
    third = round(per_second * seconds / 3)
    with load.watch() as watch:
        load.send(watch, third, per_second)
        watch.wait(load.patience)
        hands.say(f"throttle {share}")
        began = time.monotonic()
        try:
            load.send(watch, third, per_second)
        finally:
            refused, calls = map(int, hands.say("throttle 0").split())
        ended = time.monotonic()
        watch.wait(load.patience)
        recovered = time.monotonic()
        load.send(watch, third, per_second)
        watch.wait(load.patience)
    slow = [one.verdict_ms for one in watch.sent if began <= one.at <= ended and one.verdict_ms is not None]
    others = [one.verdict_ms for one in watch.sent if not began <= one.at <= ended and one.verdict_ms]
    noted = {
        "calls": calls,
        "of them throttled": refused,
        "throttled for, s": ended - began,
        "all at rest after its end, s": recovered - ended,
        "mean to the verdict meanwhile, ms": _mean(slow),
        "mean before and after, ms": _mean(others),
    }
    what = f"{per_second:g} uploads a second; for a third of the time {share:.0%} of the calls are throttled"
    return part_result("throttled", what, watch, noted, [] if refused else ["nothing was throttled"])


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _wait(holds: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.2)

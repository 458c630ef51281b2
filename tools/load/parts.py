"""The parts of the load test: burst, soak, poison, waiting and throttled."""

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
"""Messages that the function can never handle."""


@dataclass(frozen=True)
class Load:
    """What all parts share.

    pictures: an endless iterator. senders: uploads sent at the same time. patience: seconds without a final
    state after which pending uploads count as lost.
    """

    target: Target
    client: Client
    pictures: Iterator[Picture]
    senders: int
    patience: float

    def watch(self) -> UploadTracker:
        return UploadTracker(self.client, self.target.pid)

    def send(self, watch: UploadTracker, uploads: int, per_second: float | None = None) -> None:
        """Send uploads, at full speed or at a rate. Return when the last is sent."""
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
    return part_result("burst", f"{uploads} uploads at full speed, {load.senders} at the same time", watch)


def soak(load: Load, per_second: float, seconds: float) -> PartResult:
    with load.watch() as watch:
        load.send(watch, round(per_second * seconds), per_second)
        watch.wait(load.patience)
    return part_result("soak", f"{per_second:g} uploads a second, for {seconds:g} seconds", watch)


def poison(load: Load, uploads: int) -> PartResult:
    """Send messages that always fail before the uploads. They have to end in the dead-letter queue."""
    queues = load.target.queues
    assert queues is not None
    before = load.target.waiting(SCAN_DEAD_LETTERS)
    with load.watch() as watch:
        for body in POISON:
            load.target.sqs.send_message(QueueUrl=queues[SCAN_QUEUE], MessageBody=body)
        load.send(watch, uploads)
        watch.wait(load.patience)
        # The counts of SQS are approximate: an empty queue may still have messages, so wait for the result.
        _wait(lambda: load.target.waiting(SCAN_DEAD_LETTERS) - before >= len(POISON), load.patience)
    dead = load.target.waiting(SCAN_DEAD_LETTERS) - before
    what = f"{len(POISON)} messages that always fail, and {uploads} uploads behind them"
    wrong = [] if dead == len(POISON) else [f"{dead} of {len(POISON)} messages are in the dead-letter queue"]
    return part_result("poison", what, watch, {"messages in the dead-letter queue": dead}, wrong)


def waiting(load: Load, uploads: int) -> PartResult:
    """Pause the scan function while uploads arrive, then resume it."""
    control = load.target.control
    assert control is not None
    with load.watch() as watch:
        control.send("pause")
        try:
            load.send(watch, uploads)
            _wait(lambda: load.target.waiting(SCAN_QUEUE) >= uploads, load.patience)
            waited = load.target.waiting(SCAN_QUEUE)
            began = time.monotonic()
        finally:
            control.send("resume")
        watch.wait(load.patience)
        drained = time.monotonic() - began
    done = sum(one.is_accounted_for for one in watch.sent)
    noted = {"messages in the queue": waited, "time to drain, s": drained, "drained a second": done / drained}
    wrong = [] if waited >= uploads else [f"only {waited} uploads waited"]
    return part_result("waiting", f"{uploads} uploads arrive while the scan is paused", watch, noted, wrong)


def throttled(load: Load, per_second: float, seconds: float, share: float) -> PartResult:
    """Throttle a share of the DynamoDB calls for a third of the time."""
    control = load.target.control
    assert control is not None
    third = round(per_second * seconds / 3)
    with load.watch() as watch:
        load.send(watch, third, per_second)
        watch.wait(load.patience)
        control.send(f"throttle {share}")
        began = time.monotonic()
        try:
            load.send(watch, third, per_second)
        finally:
            refused, calls = map(int, control.send("throttle 0").split())
        ended = time.monotonic()
        watch.wait(load.patience)
        recovered = time.monotonic()
        load.send(watch, third, per_second)
        watch.wait(load.patience)
    slow = [one.verdict_ms for one in watch.sent if began <= one.at <= ended and one.verdict_ms is not None]
    others = [one.verdict_ms for one in watch.sent if not began <= one.at <= ended and one.verdict_ms]
    noted = {
        "calls": calls,
        "throttled calls": refused,
        "time throttled, s": ended - began,
        "recovery, s": recovered - ended,
        "mean time to verdict while throttled, ms": _mean(slow),
        "before and after, ms": _mean(others),
    }
    what = f"{per_second:g} uploads a second; {share:.0%} of DynamoDB calls throttled for a third of the time"
    return part_result("throttled", what, watch, noted, [] if refused else ["nothing was throttled"])


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _wait(holds: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.2)

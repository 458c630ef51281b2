"""The services with their queues and event bus, without HTTP, in one thread.

    world.put("alpha", "ann", drawn(1))
    world.drain()

Messages are delivered as SQS and EventBridge do it: at least once, and again after a failure. The rules in
the template route the events.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

from staydown.api.events import parse_event
from staydown.aws.stack import Stack
from staydown.domain.uploads.sweeps import PLAN_PART
from staydown.domain.uploads.upload import Upload
from staydown.services.bank.bank_view import BankView
from staydown.services.deadlines import DeadlineRun, watch_deadlines
from staydown.services.misuse.apply_strikes import handle_event
from staydown.services.misuse.end_suspension import expire_suspensions
from staydown.services.notices.deliver_webhook import EndpointBackoff, deliver_webhook
from staydown.services.notices.publish_events import publish_events
from staydown.services.notices.write_notices import write_notices
from staydown.services.records.count_metrics import count_chain_records
from staydown.services.retention.apply_retention import apply_retention
from staydown.services.sweeps.compact_content_log import compact_content_log
from staydown.services.sweeps.sweep_bank import run_sweep_part, start_sweep
from staydown.services.uploads import scan_upload
from staydown.services.uploads.reconcile_upload import reconcile_upload
from staydown.services.uploads.scan_upload import UploadedObject, scan_uploads

from tests.support.botocore_hooks import Call, Watcher
from tests.support.clock import Clock
from tests.support.cloud import Cloud, MemoryCloud, Snapshot, memory_cloud, moto_cloud, queues_by_event
from tests.support.sample_images import drawn_images_only
from tests.support.webhook_receiver import SECRETS, WebhookReceiver

MAX_DELIVERIES = 5
"""Maximum deliveries of a message before it goes to the dead-letter queue."""


@dataclass(frozen=True)
class Message:
    """A queued message. Bodies by kind: "scan" (key, version), "reconcile" (upload id), "sweep" (number of
    the last change, entry ids), "part" (sweep id, name of the part), "notices", "misuse" and "webhooks"
    (event JSON). attempt: number of the delivery, from 1.
    """

    kind: str
    body: tuple[Any, ...]
    attempt: int = 1


@dataclass(frozen=True)
class PublishedEvent:
    """An event on the bus."""

    type: str
    detail: dict[str, Any]

    @property
    def message_body(self) -> str:
        """The event as the body of a queued message."""
        return json.dumps({"detail-type": self.type, "detail": self.detail})


class EventRecorder(Watcher):
    """Records the events put on the bus and the messages sent to the queue of sweep parts."""

    def __init__(self, route: Callable[[PublishedEvent], None], send: Callable[[Message], None]) -> None:
        self._route = route
        self._send = send

    def after(self, call: Call) -> None:
        if call.operation == "PutEvents":
            for entry in call.params["Entries"]:
                self._route(PublishedEvent(entry["DetailType"], json.loads(entry["Detail"])))
        elif call.operation == "SendMessageBatch":
            for entry in call.params["Entries"]:
                body = json.loads(entry["MessageBody"])
                self._send(Message("part", (body["sweep"], body["part"])))


@dataclass(frozen=True)
class Checkpoint:
    """The state of a world at one moment."""

    snapshot: Snapshot
    now: datetime
    queue: tuple[Message, ...]
    events: tuple[PublishedEvent, ...]
    put_count: int


@dataclass
class World:
    cloud: Cloud
    clock: Clock = field(default_factory=Clock)
    queue: deque[Message] = field(default_factory=deque)
    dead_letters: list[Message] = field(default_factory=list)
    events: list[PublishedEvent] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    webhook_receiver: WebhookReceiver | None = None

    def __post_init__(self) -> None:
        self.stack = Stack(self.cloud.settings, self.cloud.session, now=self.clock)
        self.bank = BankView(self.stack)
        self._put_count = 0

    def route_event(self, event: PublishedEvent) -> None:
        self.events.append(event)
        queues = queues_by_event().get(event.type, frozenset())
        if "SettleQueue" in queues:
            self.queue.append(Message("reconcile", (event.detail["upload_id"],)))
        if "SweepQueue" in queues:
            self.queue.append(Message("sweep", (event.detail["seq"], *event.detail["entries"])))
        if "NoticesQueue" in queues:
            self.queue.append(Message("notices", (event.message_body,)))
        if "MisuseQueue" in queues:
            self.queue.append(Message("misuse", (event.message_body,)))
        if "WebhooksQueue" in queues and self.webhook_receiver is not None:
            self.queue.append(Message("webhooks", (event.message_body,)))

    def register_endpoints(self, *platforms: str) -> WebhookReceiver:
        """Give these platforms a webhook endpoint (in-memory worlds only)."""
        assert isinstance(self.cloud, MemoryCloud)
        self.webhook_receiver = WebhookReceiver()
        self.stack.__dict__["outbound_http"] = self.webhook_receiver
        for platform in platforms:
            endpoint = {"url": f"https://{platform}/", "secrets": SECRETS}
            self.cloud.parameters[f"{self.cloud.settings.webhook_endpoints_path}/{platform}"] = json.dumps(
                endpoint
            )
        return self.webhook_receiver

    def send(self, message: Message) -> None:
        self.queue.append(message)

    def put(
        self, platform: str, account: str, data: bytes, *, name: str | None = None, kind: str = ""
    ) -> Message:
        """Put an object as a client app does. Return its notification, which waits in the queue."""
        self._put_count += 1
        key = f"{platform}/{account}/{name or f'picture-{self._put_count}'}"
        answer = self.stack.s3.put_object(
            Bucket=self.cloud.settings.uploads_bucket,
            Key=key,
            Body=data,
            ContentType=kind or "application/octet-stream",
        )
        message = Message("scan", (key, answer["VersionId"]))
        self.queue.append(message)
        return message

    def upload(self, platform: str, account: str, data: bytes, **more: str) -> Upload:
        """Put an object and scan it, without delivering other messages. Return the upload."""
        message = self.put(platform, account, data, **more)
        self.queue.remove(message)
        return self.scan_one(message)

    def scan_one(self, message: Message) -> Upload:
        (outcome,) = self.scan(message)
        if isinstance(outcome, Exception):
            raise outcome
        assert outcome is not None
        return self.reload(outcome)

    def scan(self, *messages: Message) -> Sequence[Upload | Exception | None]:
        arrived = [UploadedObject(one.body[0], one.body[1], one.attempt) for one in messages]
        return scan_uploads(self.stack, self.bank, arrived)

    def reload(self, upload: Upload) -> Upload:
        """Return the stored upload."""
        found = self.stack.uploads.get(upload.upload_id)
        assert found is not None
        return found

    def outbox(self) -> list[str]:
        """Return the ids of the unpublished events, oldest first."""
        return sorted(pk for pk, _ in self.cloud.table(self.cloud.settings.outbox_table))

    def publish(self) -> None:
        """Run the publisher, as the outbox's stream does."""
        waiting = self.outbox()
        if waiting:
            assert publish_events(self.stack, waiting) == set()

    def count_audit(self) -> None:
        """Count the records of every chain, as the audit table's stream does."""
        for chain in sorted({pk for pk, _ in self.cloud.table(self.cloud.settings.audit_table)}):
            count_chain_records(self.stack, chain)

    def deliver(self, message: Message) -> None:
        """Deliver a message. After a failure it returns to the queue or becomes a dead letter."""
        try:
            self.handle(message)
        except Exception as error:  # noqa: BLE001 (any failure returns the message)
            self.failures.append(error)
            self.return_message(message)

    def return_message(self, message: Message) -> None:
        if message.attempt >= MAX_DELIVERIES:
            self.dead_letters.append(message)
        else:
            self.queue.append(replace(message, attempt=message.attempt + 1))

    def handle(self, message: Message) -> None:
        """Handle a message as its function does."""
        match message.kind:
            case "scan":
                for outcome in self.scan(message):
                    if isinstance(outcome, Exception):
                        raise outcome
            case "reconcile":
                self.bank.refresh()
                reconcile_upload(self.stack, self.bank, message.body[0])
            case "sweep":
                sweep_id = start_sweep(self.stack, message.body[1:], message.body[0])
                run_sweep_part(self.stack, self.bank, sweep_id, PLAN_PART.name)
            case "part":
                run_sweep_part(self.stack, self.bank, *message.body)
            case "notices":
                write_notices(self.stack, parse_event(message.body[0]))
            case "misuse":
                handle_event(self.stack, parse_event(message.body[0]))
            case "webhooks":
                deliver_webhook(self.stack, EndpointBackoff(), parse_event(message.body[0]))

    def apply_retention(self) -> Counter[str]:
        """Run the hourly retention schedule. Raise its first error."""

        def fail(one: str, error: Exception) -> None:
            raise error

        return apply_retention(self.stack, fail)

    def expire_suspensions(self) -> int:
        """Run the five-minute schedule of suspensions. Raise its first error."""

        def fail(review_id: str, error: Exception) -> None:
            raise error

        return expire_suspensions(self.stack, fail)

    def watch_deadlines(self) -> DeadlineRun:
        """Run the one-minute schedule of deadlines. Raise its first error."""

        def fail(case_id: str, error: Exception) -> None:
            raise error

        return watch_deadlines(self.stack, fail)

    def compact_content_log(self) -> int:
        """Run the compaction schedule until nothing is left. Return the number of steps."""
        steps = 0
        while compact_content_log(self.stack):
            steps += 1
        return steps

    def drain(self) -> None:
        """Publish and deliver until no event and no message waits."""
        for _ in range(10_000):
            self.publish()
            if not self.queue:
                return
            self.deliver(self.queue.popleft())
        raise AssertionError("messages still follow after 10,000 deliveries")

    def checkpoint(self) -> Checkpoint:
        """Save the state, to be restored any number of times (in-memory worlds only)."""
        assert isinstance(self.cloud, MemoryCloud)
        return Checkpoint(
            self.cloud.snapshot(), self.clock.now, tuple(self.queue), tuple(self.events), self._put_count
        )

    def restore(self, mark: Checkpoint) -> None:
        assert isinstance(self.cloud, MemoryCloud)
        self.cloud.restore(mark.snapshot)
        self.clock.now = mark.now
        self.queue, self.events = deque(mark.queue), list(mark.events)
        self.dead_letters, self.failures = [], []
        self._put_count = mark.put_count
        self.bank = BankView(self.stack)
        # A warm function's caches must not outlive the state that they were read from.
        self.stack.content_log._hours_marked.clear()
        self.stack.__dict__.pop("webhook_endpoints", None)
        if self.webhook_receiver is not None:
            self.webhook_receiver.received.clear()

    def events_of_type(self, *types: str) -> list[PublishedEvent]:
        return [event for event in self.events if event.type in types]


class InlineExecutor(Executor):
    """A thread pool that runs its work in the caller's thread."""

    def __init__(self, max_workers: int | None = None) -> None:
        pass

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future

    def map(
        self,
        fn: Callable[..., Any],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int = 1,
        buffersize: int | None = None,
    ) -> Iterator[Any]:
        return iter([fn(*items) for items in zip(*iterables, strict=False)])


@contextmanager
def _connected(world: World) -> Iterator[World]:
    with ExitStack() as undo:
        undo.enter_context(mock.patch.object(scan_upload, "ThreadPoolExecutor", InlineExecutor))
        undo.enter_context(mock.patch("staydown.services.retries.time.sleep", lambda seconds: None))
        undo.enter_context(world.cloud.wire.watched_by(EventRecorder(world.route_event, world.send)))
        yield world


@contextmanager
def moto_world() -> Iterator[World]:
    """A world on moto, with fake files of `drawn`."""
    with moto_cloud() as cloud, drawn_images_only(), _connected(World(cloud)) as world:
        yield world


@contextmanager
def memory_world() -> Iterator[World]:
    """A world in memory, with fake files of `drawn`. Its bank has hashes only: sweeps align nothing."""
    with memory_cloud() as cloud, drawn_images_only(), _connected(World(cloud)) as world:
        object.__setattr__(world.stack.settings, "lookback_window", timedelta(0))
        yield world


@contextmanager
def photo_world() -> Iterator[World]:
    """A world in memory, with images that are decoded and hashed."""
    with memory_cloud() as cloud, _connected(World(cloud)) as world:
        yield world

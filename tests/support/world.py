"""A world without HTTP: the services, their queues and the bus, delivered by hand and in one thread.

    world.put("alpha", "ann", drawn(1))
    world.drain()

Messages come as SQS and EventBridge bring them: at least once, and again when whoever got one failed. What an
event leads to is what the template's rules say.
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

from staydown.api.messages import event_of
from staydown.aws.stack import Stack
from staydown.domain.sweeps import PLAN
from staydown.domain.uploads import Upload
from staydown.services.bank.bank_view import BankView
from staydown.services.misuse.climb_ladder import follow_event
from staydown.services.misuse.end_suspension import end_terms
from staydown.services.notices.deliver_webhook import Resting, deliver_webhook
from staydown.services.notices.publish_events import publish_events
from staydown.services.notices.write_notices import write_notices
from staydown.services.records.count_figures import count_chain
from staydown.services.retention.apply_retention import apply_retention
from staydown.services.review.watch_deadlines import Watched, watch_deadlines
from staydown.services.sweeps.fold_content import fold_content
from staydown.services.sweeps.sweep_bank import begin_sweep, sweep_part
from staydown.services.uploads import scan_upload
from staydown.services.uploads.scan_upload import ArrivedObject, scan_uploads
from staydown.services.uploads.settle_upload import settle_upload

from tests.support.clock import Clock
from tests.support.cloud import Cloud, MemoryCloud, Snapshot, memory_cloud, moto_cloud, rules
from tests.support.outside import SECRETS, Outside
from tests.support.pictures import only_drawn
from tests.support.wire import Call, Watcher

MOST_DELIVERIES = 5
"""Of one message, before it goes to the dead-letter queue."""


@dataclass(frozen=True)
class Message:
    """kind: "scan" (key, version), "settle" (upload id), "sweep" (number of the last change, entry ids),
    "part" (sweep id, name of the part), "notices", "misuse" or "webhooks" (the event's text). attempt: from
    1.
    """

    kind: str
    body: tuple[Any, ...]
    attempt: int = 1


@dataclass(frozen=True)
class Told:
    """An event as it came onto the bus."""

    type: str
    detail: dict[str, Any]

    @property
    def text(self) -> str:
        """As it lies in a queue."""
        return json.dumps({"detail-type": self.type, "detail": self.detail})


class Bus(Watcher):
    """Hears what is put onto the event bus, and what is sent to the queue of parts."""

    def __init__(self, hear: Callable[[Told], None], send: Callable[[Message], None]) -> None:
        self._hear = hear
        self._send = send

    def after(self, call: Call) -> None:
        if call.operation == "PutEvents":
            for entry in call.params["Entries"]:
                self._hear(Told(entry["DetailType"], json.loads(entry["Detail"])))
        elif call.operation == "SendMessageBatch":
            for entry in call.params["Entries"]:
                body = json.loads(entry["MessageBody"])
                self._send(Message("part", (body["sweep"], body["part"])))


@dataclass(frozen=True)
class Mark:
    """A moment of a world."""

    snapshot: Snapshot
    now: datetime
    queue: tuple[Message, ...]
    told: tuple[Told, ...]
    puts: int


@dataclass
class World:
    cloud: Cloud
    clock: Clock = field(default_factory=Clock)
    queue: deque[Message] = field(default_factory=deque)
    dead: list[Message] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    outside: Outside | None = None

    def __post_init__(self) -> None:
        self.stack = Stack(self.cloud.settings, self.cloud.session, now=self.clock)
        self.bank = BankView(self.stack)
        self._puts = 0

    def hear(self, event: Told) -> None:
        self.told.append(event)
        queues = rules().get(event.type, frozenset())
        if "SettleQueue" in queues:
            self.queue.append(Message("settle", (event.detail["upload_id"],)))
        if "SweepQueue" in queues:
            self.queue.append(Message("sweep", (event.detail["seq"], *event.detail["entries"])))
        if "NoticesQueue" in queues:
            self.queue.append(Message("notices", (event.text,)))
        if "MisuseQueue" in queues:
            self.queue.append(Message("misuse", (event.text,)))
        if "WebhooksQueue" in queues and self.outside is not None:
            self.queue.append(Message("webhooks", (event.text,)))

    def listen(self, *platforms: str) -> Outside:
        """From now on these platforms have an endpoint (on dictionaries alone)."""
        assert isinstance(self.cloud, MemoryCloud)
        self.outside = Outside()
        self.stack.__dict__["post"] = self.outside
        for platform in platforms:
            endpoint = {"url": f"https://{platform}/", "secrets": SECRETS}
            self.cloud.parameters[f"{self.cloud.settings.webhooks_path}/{platform}"] = json.dumps(endpoint)
        return self.outside

    def send(self, message: Message) -> None:
        self.queue.append(message)

    def put(
        self, platform: str, account: str, data: bytes, *, name: str | None = None, kind: str = ""
    ) -> Message:
        """Put an object as a client app does; the notification that this sends, which waits in the queue."""
        self._puts += 1
        key = f"{platform}/{account}/{name or f'picture-{self._puts}'}"
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
        """Put an object and let it be scanned, and nothing else; the upload at rest."""
        message = self.put(platform, account, data, **more)
        self.queue.remove(message)
        return self.scanned(message)

    def scanned(self, message: Message) -> Upload:
        (outcome,) = self.scan(message)
        if isinstance(outcome, Exception):
            raise outcome
        assert outcome is not None
        return self.again(outcome)

    def scan(self, *messages: Message) -> Sequence[Upload | Exception | None]:
        arrived = [ArrivedObject(one.body[0], one.body[1], one.attempt) for one in messages]
        return scan_uploads(self.stack, self.bank, arrived)

    def again(self, upload: Upload) -> Upload:
        """As it is now."""
        found = self.stack.uploads.get(upload.upload_id)
        assert found is not None
        return found

    def outbox(self) -> list[str]:
        """The ids of the events that wait to be published, oldest first."""
        return sorted(pk for pk, _ in self.cloud.table(self.cloud.settings.outbox_table))

    def publish(self) -> None:
        """What the outbox's stream does: wake the publisher."""
        waiting = self.outbox()
        if waiting:
            assert publish_events(self.stack, waiting) == set()

    def count(self) -> None:
        """What the audit's stream does: have every chain counted."""
        for chain in sorted({pk for pk, _ in self.cloud.table(self.cloud.settings.audit_table)}):
            count_chain(self.stack, chain)

    def deliver(self, message: Message) -> None:
        """Hand a message to its function; what fails comes again, until it is dead."""
        try:
            self.handle(message)
        except Exception as error:  # noqa: BLE001 (whatever it is, the message goes back)
            self.failures.append(error)
            self.give_back(message)

    def give_back(self, message: Message) -> None:
        if message.attempt >= MOST_DELIVERIES:
            self.dead.append(message)
        else:
            self.queue.append(replace(message, attempt=message.attempt + 1))

    def handle(self, message: Message) -> None:
        """As the functions do it."""
        match message.kind:
            case "scan":
                for outcome in self.scan(message):
                    if isinstance(outcome, Exception):
                        raise outcome
            case "settle":
                self.bank.refresh()
                settle_upload(self.stack, self.bank, message.body[0])
            case "sweep":
                sweep_id = begin_sweep(self.stack, message.body[1:], message.body[0])
                sweep_part(self.stack, self.bank, sweep_id, PLAN.name)
            case "part":
                sweep_part(self.stack, self.bank, *message.body)
            case "notices":
                write_notices(self.stack, event_of(message.body[0]))
            case "misuse":
                follow_event(self.stack, event_of(message.body[0]))
            case "webhooks":
                deliver_webhook(self.stack, Resting(), event_of(message.body[0]))

    def retain(self) -> Counter[str]:
        """What the schedule does every hour to what its time is over for; what goes wrong goes out."""

        def fail(one: str, error: Exception) -> None:
            raise error

        return apply_retention(self.stack, fail)

    def end_terms(self) -> int:
        """What the schedule does every five minutes; what goes wrong with a suspension goes out."""

        def fail(review_id: str, error: Exception) -> None:
            raise error

        return end_terms(self.stack, fail)

    def watch(self) -> Watched:
        """What the schedule does every minute; what goes wrong with a case goes out."""

        def fail(case_id: str, error: Exception) -> None:
            raise error

        return watch_deadlines(self.stack, fail)

    def fold(self) -> int:
        """What the schedule does, until nothing is left to fold; how many steps that were."""
        steps = 0
        while fold_content(self.stack):
            steps += 1
        return steps

    def drain(self) -> None:
        """Deliver what waits, and what follows from it, until nothing does."""
        for _ in range(10_000):
            self.publish()
            if not self.queue:
                return
            self.deliver(self.queue.popleft())
        raise AssertionError("there is no end to the messages")

    def mark(self) -> Mark:
        """This moment, to come back to as often as wanted (on dictionaries alone)."""
        assert isinstance(self.cloud, MemoryCloud)
        return Mark(self.cloud.snapshot(), self.clock.now, tuple(self.queue), tuple(self.told), self._puts)

    def back_to(self, mark: Mark) -> None:
        assert isinstance(self.cloud, MemoryCloud)
        self.cloud.restore(mark.snapshot)
        self.clock.now = mark.now
        self.queue, self.told = deque(mark.queue), list(mark.told)
        self.dead, self.failures = [], []
        self._puts = mark.puts
        self.bank = BankView(self.stack)
        # What a warm function remembers of the tables it must not remember of what never was.
        self.stack.content._hours_marked.clear()
        self.stack.__dict__.pop("endpoints", None)
        if self.outside is not None:
            self.outside.got.clear()

    def told_of(self, *types: str) -> list[Told]:
        return [event for event in self.told if event.type in types]


class Inline(Executor):
    """In place of a pool: the same work, one after the other, in the caller's thread."""

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
def _undisturbed(world: World) -> Iterator[World]:
    with ExitStack() as undo:
        undo.enter_context(mock.patch.object(scan_upload, "ThreadPoolExecutor", Inline))
        undo.enter_context(mock.patch("staydown.services.retrying.time.sleep", lambda seconds: None))
        undo.enter_context(world.cloud.wire.watched_by(Bus(world.hear, world.send)))
        yield world


@contextmanager
def moto_world() -> Iterator[World]:
    """On moto, with drawn pictures."""
    with moto_cloud() as cloud, only_drawn(), _undisturbed(World(cloud)) as world:
        yield world


@contextmanager
def memory_world() -> Iterator[World]:
    """On dictionaries, with drawn pictures. Its bank is one of hashes: no sweep looks (see `laid_over`)."""
    with memory_cloud() as cloud, only_drawn(), _undisturbed(World(cloud)) as world:
        object.__setattr__(world.stack.settings, "look_back", timedelta(0))
        yield world


@contextmanager
def photo_world() -> Iterator[World]:
    """On dictionaries, with pictures that are decoded and hashed."""
    with memory_cloud() as cloud, _undisturbed(World(cloud)) as world:
        yield world

"""Following every upload that was sent until it is accounted for, and what the process needs meanwhile."""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tools.load.sending import Client, SentUpload

_POLL_BATCH = 8
"""Uploads that are asked for at a time: the oldest, since queues are read from their beginning."""
_POLL_SECONDS = 0.1
_SAMPLE_EVERY = 0.5


@dataclass(frozen=True, slots=True)
class Sample:
    """at: seconds since the watch began. sent, waiting: uploads. megabytes: of the process, if known."""

    at: float
    sent: int
    waiting: int
    megabytes: float | None


class UploadTracker:
    """Over one part. While it watches, each upload that is added is asked for until it is at rest."""

    def __init__(self, client: Client, pid: int | None) -> None:
        self._client = client
        self._pid = pid
        self._pending: deque[SentUpload] = deque()
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._look, self._sample)]
        self._random = random.Random(1)
        self.sent: list[SentUpload] = []
        self.samples: list[Sample] = []
        self.failures: list[str] = []
        """Uploads that could not be sent: why. They are no uploads of the stack's."""

    def __enter__(self) -> UploadTracker:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    @property
    def waiting(self) -> int:
        return len(self._pending)

    def send(self, pool: ThreadPoolExecutor, send: Callable[[], SentUpload]) -> None:
        """Have it sent by a thread of the pool, and follow it from then on."""
        pool.submit(self._sent, send)

    def wait(self, patience: float) -> None:
        """Until nothing waits any more, or nothing has come to rest for so many seconds."""
        least, end = self.waiting, time.monotonic() + patience
        while (waiting := self.waiting) and time.monotonic() < end:
            if waiting < least:
                least, end = waiting, time.monotonic() + patience
            time.sleep(_POLL_SECONDS)

    def _sent(self, send: Callable[[], SentUpload]) -> None:
        try:
            sent = send()
        except Exception as error:  # noqa: BLE001 (counted, and named at the end)
            self.failures.append(f"{type(error).__name__}: {error}")
            return
        with self._lock:
            self.sent.append(sent)
            self._pending.append(sent)

    def _look(self) -> None:
        while not self._over.is_set():
            for sent in self._some():
                if self._over.is_set():
                    return
                try:
                    self._client.refresh(sent)
                except Exception as error:  # noqa: BLE001 (it is asked for again)
                    self.failures.append(f"{type(error).__name__}: {error}")
                if sent.is_accounted_for:
                    with self._lock:
                        self._pending.remove(sent)
            self._over.wait(_POLL_SECONDS)

    def _some(self) -> list[SentUpload]:
        """The oldest, and one more, so that none that is passed by is forgotten."""
        with self._lock:
            pending = list(self._pending)
        return pending[:_POLL_BATCH] + self._random.sample(
            pending[_POLL_BATCH:], min(1, len(pending[_POLL_BATCH:]))
        )

    def _sample(self) -> None:
        while not self._over.is_set():
            at = time.monotonic() - self._began
            self.samples.append(Sample(at, len(self.sent), self.waiting, megabytes(self._pid)))
            self._over.wait(_SAMPLE_EVERY)


def megabytes(pid: int | str | None) -> float | None:
    """What a process of this machine holds ("self": this one); None of another's, or where nothing tells."""
    status = Path(f"/proc/{pid}/status")
    if pid is None or not status.is_file():
        return None
    for line in status.read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return None

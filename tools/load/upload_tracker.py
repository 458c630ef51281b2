"""Follow every upload to its final state, and sample the memory of the process."""

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
"""Uploads that are polled at a time: the oldest, since the queue is read in order."""
_POLL_SECONDS = 0.1
_SAMPLE_EVERY = 0.5


@dataclass(frozen=True, slots=True)
class Sample:
    """at: seconds since the start. sent, waiting: uploads. megabytes: memory of the process, if known."""

    at: float
    sent: int
    waiting: int
    megabytes: float | None


class UploadTracker:
    """A context manager for one part: polls each upload until its state is final."""

    def __init__(self, client: Client, pid: int | None) -> None:
        self._client = client
        self._pid = pid
        self._pending: deque[SentUpload] = deque()
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._poll, self._sample)]
        self._random = random.Random(1)
        self.sent: list[SentUpload] = []
        self.samples: list[Sample] = []
        self.failures: list[str] = []
        """Errors of calls. An upload that could not be sent counts as none."""

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
        """Send an upload by a thread of the pool, and follow it."""
        pool.submit(self._sent, send)

    def wait(self, patience: float) -> None:
        """Wait until no upload is pending, or none became final for `patience` seconds."""
        least, end = self.waiting, time.monotonic() + patience
        while (waiting := self.waiting) and time.monotonic() < end:
            if waiting < least:
                least, end = waiting, time.monotonic() + patience
            time.sleep(_POLL_SECONDS)

    def _sent(self, send: Callable[[], SentUpload]) -> None:
        try:
            sent = send()
        except Exception as error:  # noqa: BLE001 (reported at the end)
            self.failures.append(f"{type(error).__name__}: {error}")
            return
        with self._lock:
            self.sent.append(sent)
            self._pending.append(sent)

    def _poll(self) -> None:
        while not self._over.is_set():
            for sent in self._next_batch():
                if self._over.is_set():
                    return
                try:
                    self._client.refresh(sent)
                except Exception as error:  # noqa: BLE001 (polled again)
                    self.failures.append(f"{type(error).__name__}: {error}")
                if sent.is_accounted_for:
                    with self._lock:
                        self._pending.remove(sent)
            self._over.wait(_POLL_SECONDS)

    def _next_batch(self) -> list[SentUpload]:
        """Return the oldest pending uploads and a random other one, so that each is polled at some time."""
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
    """Return the memory of a process in MB ("self": this one), or None if the system does not say."""
    status = Path(f"/proc/{pid}/status")
    if pid is None or not status.is_file():
        return None
    for line in status.read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return None

"""Send images as client apps do, and read their states."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import requests

from infra.demo.clients import ApiClient, ApiResponse
from tests.journeys.clients import VALID, decision
from tools.load.pictures import Picture, judged
from tools.load.target import Target

FINAL_STATES = {"published", "blocked", "held", "rejected", "removed"}
"""States in which an upload is accounted for."""
STOPPED_STATES = {"blocked", "held", "removed"}
_TRIES = 8
_FIRST_WAIT = 0.2


class LoadFailed(Exception):
    """The target rejected a request that every client sends."""


@dataclass(slots=True)
class SentUpload:
    """An upload.

    copy: see Picture. at: time of its last byte, in seconds of the monotonic clock. ticket_ms, put_ms:
    duration of these calls, with retries. state: the last known one. verdict_ms: from `at` until the client
    read a final state.
    """

    upload_id: str
    copy: str | None
    at: float
    ticket_ms: float
    put_ms: float
    state: str = "received"
    reason: str | None = None
    verdict_ms: float | None = None

    @property
    def is_accounted_for(self) -> bool:
        return self.state in FINAL_STATES

    @property
    def has_expected_state(self) -> bool:
        """Return whether a copy is stopped, or an unrelated image is published."""
        return self.state in STOPPED_STATES if self.copy is not None else self.state == "published"


class Client:
    """A client of the API. Threads may share it: each has its own connection."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._own = threading.local()
        self._run = uuid.uuid4().hex[:8]  # accounts of an earlier run may be blocked
        self._accounts = 0
        self._lock = threading.Lock()
        self.retried_calls = 0
        """How many calls were retried after 429, 5xx or no response."""

    def send(self, picture: Picture) -> SentUpload:
        """Get a ticket and post the form. Each upload has its own account."""
        started = time.monotonic()
        ticket = self._ticket(picture)
        has_ticket = time.monotonic()
        form = self._session().post(
            ticket["url"], data=ticket["fields"], files={"file": picture.file.data}, timeout=60
        )
        if not form.ok:
            raise LoadFailed(f"the bucket answered {form.status_code}")
        now = time.monotonic()
        took = (has_ticket - started) * 1000, (now - has_ticket) * 1000
        return SentUpload(ticket["upload_id"], picture.copy, now, *took)

    def refresh(self, sent: SentUpload) -> None:
        """Read the state of the upload."""
        body = self._retry(lambda: self._caller().get(f"/v1/uploads/{sent.upload_id}"))
        sent.state, sent.reason = body["state"], body["reason"]
        if sent.is_accounted_for and sent.verdict_ms is None:
            sent.verdict_ms = (time.monotonic() - sent.at) * 1000

    def ensure_reference(self) -> SentUpload:
        """Report the reference and confirm its case, unless an earlier run did. Raise LoadFailed."""
        sent = self.send(Picture(judged(), "itself"))
        _wait_until(lambda: self._is_final(sent), "the reference is not scanned")
        if sent.state in STOPPED_STATES:
            return sent
        report = {
            **VALID,
            "uploads": [sent.upload_id],
            "statement": "A load test.",
            "signature": "A. Load Test",
            "contact": {"name": "A. Load Test", "email": "load@example.org"},
        }
        anybody, reviewer = (
            ApiClient(self._target.api_url, token) for token in (None, self._target.reviewer_token)
        )
        self._retry(lambda: anybody.post("/v1/reports", report))
        (case,) = self._status(sent)["case_ids"]
        revision = self._retry(lambda: reviewer.post(f"/v1/review/cases/{case}/claim"))["revision"]
        path, judgement, if_match = (
            f"/v1/review/cases/{case}/decision",
            decision("violating"),
            f'"{revision}"',
        )
        self._retry(lambda: reviewer.post(path, judgement, If_Match=if_match))
        _wait_until(lambda: self._status(sent)["state"] == "removed", "the reference is not removed")
        return sent

    def _ticket(self, picture: Picture) -> dict[str, Any]:
        with self._lock:
            self._accounts += 1
            account = f"load-{self._run}-{self._accounts}"
        wanted = {
            "account_id": account,
            "content_type": picture.file.media_type,
            "size": len(picture.file.data),
        }
        return self._retry(lambda: self._caller().post("/v1/uploads", wanted))

    def _is_final(self, sent: SentUpload) -> bool:
        self.refresh(sent)
        return sent.is_accounted_for

    def _status(self, sent: SentUpload) -> dict[str, Any]:
        return self._retry(lambda: self._caller().get(f"/v1/uploads/{sent.upload_id}"))

    def _retry(self, call: Callable[[], ApiResponse]) -> dict[str, Any]:
        """Return the body of a successful response. Wait and retry after 429, 5xx or no response."""
        failure = "no call"
        for wait in _waits():
            try:
                answer = call()
            except requests.RequestException as error:
                failure = type(error).__name__
            else:
                if answer.status < 300:
                    return dict(answer.body)
                failure = answer.status_and_problem
                if answer.status != 429 and answer.status < 500:
                    break
            with self._lock:
                self.retried_calls += 1
            time.sleep(wait)
        raise LoadFailed(f"a call failed: {failure}")

    def _caller(self) -> ApiClient:
        if not hasattr(self._own, "caller"):
            self._own.caller = ApiClient(self._target.api_url, self._target.platform_token)
        caller: ApiClient = self._own.caller
        return caller

    def _session(self) -> requests.Session:
        if not hasattr(self._own, "session"):
            self._own.session = requests.Session()
        session: requests.Session = self._own.session
        return session


def _waits() -> Iterator[float]:
    """Yield the delays before retries in seconds, each twice the one before."""
    return (_FIRST_WAIT * 2**attempt for attempt in range(_TRIES))


def _wait_until(holds: Callable[[], bool], otherwise: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise LoadFailed(f"{otherwise}, after {seconds:.0f} s")
        time.sleep(0.1)

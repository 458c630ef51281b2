"""Search the output of the whole suite for private data: log lines, events, problems and headers.

A pytest plugin (see tests/conftest.py). A test fails if the code emits private data during it. Hashes,
tokens, signatures, e-mail addresses, secrets and images are found by their format; free text and names by the
canaries in the tests' reports.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any
from unittest import mock

import pytest
from staydown.aws.event_bus import EventBus
from staydown.domain.events import EventEnvelope

from infra.local.gateway import Gateway
from infra.local.http_events import Request, Response
from tests.journeys.leak_watch import LeakWatch

EXEMPT_MARKER = "says_private_things"
"""Marks tests that emit private data to show that the detector finds it."""
CANARIES = ("that is me", "Jane Roe", "what I would tell nobody else")
_THIRD_PARTY_LOGGERS = (
    "werkzeug",
    "moto",
    "botocore",
    "boto3",
    "urllib3",
    "hypothesis",
    "asyncio",
    "schemathesis",
)


class LeakDetector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.watch = LeakWatch()
        self.watch.add_private(*CANARIES)
        self._undo = [
            mock.patch.object(EventBus, "publish", _monitored_publish(self.watch, EventBus.publish)),
            mock.patch.object(Gateway, "handle", _monitored_handle(self.watch, Gateway.handle)),
        ]

    def start(self) -> None:
        for log in (logging.getLogger(), logging.getLogger("staydown")):
            log.addHandler(self)
        for patch in self._undo:
            patch.start()

    def stop(self) -> None:
        for log in (logging.getLogger(), logging.getLogger("staydown")):
            log.removeHandler(self)
        for patch in self._undo:
            patch.stop()

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(_THIRD_PARTY_LOGGERS):
            self.watch.line(record)

    def take_leaks(self) -> tuple[int, list[str]]:
        """Return the number of lines since the last call, and the leaks in them."""
        count, leaks = len(self.watch.lines), self.watch.leaks()
        self.watch.lines.clear()
        return count, leaks

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        result = yield
        self._fail_on_leaks(item)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Iterator[None]:
        result = yield
        self._fail_on_leaks(item)
        return result

    def _fail_on_leaks(self, item: pytest.Item) -> None:
        count, leaks = self.take_leaks()
        item.user_properties.append(("log lines, events, problems and headers searched for leaks", count))
        if leaks and item.get_closest_marker(EXEMPT_MARKER) is None:
            raise AssertionError("\n".join(["private data in the output of this test:", *leaks]))


def _monitored_publish(watch: LeakWatch, publish: Any) -> Any:
    def monitored(self: EventBus, events: list[EventEnvelope]) -> Any:
        for event in events:
            watch.event({"detail-type": event.type.value, "detail": dict(event.detail)})
        return publish(self, events)

    return monitored


def _monitored_handle(watch: LeakWatch, handle: Any) -> Any:
    def monitored(self: Gateway, request: Request) -> Response:
        response: Response = handle(self, request)
        if response.status >= 400:
            watch.problem(response.body.decode(errors="replace"))
        watch.lines.append(("headers", _header_text(dict(response.headers))))
        return response

    return monitored


def _header_text(headers: Mapping[str, str]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in headers.items())

"""Listens to the whole suite: every log line, event, problem and header that any test makes the code say.

A pytest plugin (see tests/conftest.py). A test during which something private is said fails, whatever else
it looks at. What is private is known by its look (hashes, tokens, signatures, e-mail addresses, secrets, the
first bytes of pictures) and, of free text and names, by the canaries that the tests' reports carry.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any
from unittest import mock

import pytest
from staydown.aws.event_bus import EventBus
from staydown.domain.events import Event

from infra.local.gateway import Gateway
from infra.local.messages import Request, Response
from tests.journeys.watch import Watch

MARK = "says_private_things"
"""Of tests that show that a leak is seen."""
CANARIES = ("that is me", "Jane Roe", "what I would tell nobody else")
_NOT_OURS = ("werkzeug", "moto", "botocore", "boto3", "urllib3", "hypothesis", "asyncio", "schemathesis")


class Eavesdropper(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.watch = Watch()
        self.watch.entrust(*CANARIES)
        self._undo = [
            mock.patch.object(EventBus, "publish", _heard_events(self.watch, EventBus.publish)),
            mock.patch.object(Gateway, "handle", _heard_answers(self.watch, Gateway.handle)),
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
        if not record.name.startswith(_NOT_OURS):
            self.watch.line(record)

    def take(self) -> tuple[int, list[str]]:
        """How much was said since the last time, and what of it is private."""
        count, leaks = len(self.watch.said), self.watch.leaks()
        self.watch.said.clear()
        return count, leaks

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        result = yield
        self._judge(item)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Iterator[None]:
        result = yield
        self._judge(item)
        return result

    def _judge(self, item: pytest.Item) -> None:
        count, leaks = self.take()
        item.user_properties.append(("log lines, events, problems and headers searched for leaks", count))
        if leaks and item.get_closest_marker(MARK) is None:
            raise AssertionError("\n".join(["something private was said:", *leaks]))


def _heard_events(watch: Watch, publish: Any) -> Any:
    def heard(self: EventBus, events: list[Event]) -> Any:
        for event in events:
            watch.event({"detail-type": event.type.value, "detail": dict(event.detail)})
        return publish(self, events)

    return heard


def _heard_answers(watch: Watch, handle: Any) -> Any:
    def heard(self: Gateway, request: Request) -> Response:
        response: Response = handle(self, request)
        if response.status >= 400:
            watch.problem(response.body.decode(errors="replace"))
        watch.said.append(("headers", _told(dict(response.headers))))
        return response

    return heard


def _told(headers: Mapping[str, str]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in headers.items())

"""The whole suite is listened to: what is private, wherever it is said, is heard."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from staydown.aws.event_bus import EventBus
from staydown.domain.events import EventEnvelope, EventType

from infra.local.gateway import Gateway
from infra.local.http_events import Request, Response
from tests.support.leak_detector import CANARIES, LeakDetector, _monitored_handle

pytestmark = pytest.mark.says_private_things


@pytest.fixture
def ears() -> LeakDetector:
    return LeakDetector()


@pytest.mark.parametrize("text", [*CANARIES, "ab" * 32, "jane@example.org", "a?X-Amz-Signature=1"])
def test_log_line_is_monitored(ears: LeakDetector, text: str) -> None:
    ears.start()
    try:
        logging.getLogger("staydown").error("failed: %s", text)
    finally:
        ears.stop()
    count, leaks = ears.take_leaks()
    assert count
    assert leaks


def test_event_is_monitored(ears: LeakDetector) -> None:
    client = SimpleNamespace(put_events=lambda Entries: {"Entries": [{"EventId": "1"} for _ in Entries]})
    ears.start()
    try:
        event = EventEnvelope("1", EventType.CASE_OPENED, datetime.now(UTC), {"reporter": "Jane Roe"})
        EventBus(client, "bus").publish([event])
    finally:
        ears.stop()
    assert ears.take_leaks()[1]


@pytest.mark.parametrize(
    "response",
    [
        Response(422, b'{"detail": "that is me is not allowed"}'),
        Response(201, b"{}", (("location", "/v1/x?X-Amz-Signature=1"),)),
    ],
)
def test_problem_and_header_are_monitored(ears: LeakDetector, response: Response) -> None:
    handle = _monitored_handle(ears.watch, lambda gateway, request: response)
    handle(object.__new__(Gateway), object.__new__(Request))
    assert ears.take_leaks()[1]


def test_test_that_leaks_private_data_fails(
    ears: LeakDetector, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    ears.watch.problem("Jane Roe")
    ears._fail_on_leaks(request.node)
    monkeypatch.setattr(request.node, "get_closest_marker", lambda name: None)
    ears.watch.problem("Jane Roe")
    with pytest.raises(AssertionError, match="something private"):
        ears._fail_on_leaks(request.node)

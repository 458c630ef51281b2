"""The leak detector finds private data in every output of the test suite."""

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
def detector() -> LeakDetector:
    return LeakDetector()


@pytest.mark.parametrize("text", [*CANARIES, "ab" * 32, "jane@example.org", "a?X-Amz-Signature=1"])
def test_log_line_is_monitored(detector: LeakDetector, text: str) -> None:
    detector.start()
    try:
        logging.getLogger("staydown").error("failed: %s", text)
    finally:
        detector.stop()
    count, leaks = detector.take_leaks()
    assert count
    assert leaks


def test_event_is_monitored(detector: LeakDetector) -> None:
    client = SimpleNamespace(put_events=lambda Entries: {"Entries": [{"EventId": "1"} for _ in Entries]})
    detector.start()
    try:
        event = EventEnvelope("1", EventType.CASE_OPENED, datetime.now(UTC), {"reporter": "Jane Roe"})
        EventBus(client, "bus").publish([event])
    finally:
        detector.stop()
    assert detector.take_leaks()[1]


@pytest.mark.parametrize(
    "response",
    [
        Response(422, b'{"detail": "that is me is not allowed"}'),
        Response(201, b"{}", (("location", "/v1/x?X-Amz-Signature=1"),)),
    ],
)
def test_problem_and_header_are_monitored(detector: LeakDetector, response: Response) -> None:
    handle = _monitored_handle(detector.watch, lambda gateway, request: response)
    handle(object.__new__(Gateway), object.__new__(Request))
    assert detector.take_leaks()[1]


def test_test_that_leaks_private_data_fails(
    detector: LeakDetector, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    detector.watch.problem("Jane Roe")
    detector._fail_on_leaks(request.node)
    monkeypatch.setattr(request.node, "get_closest_marker", lambda name: None)
    detector.watch.problem("Jane Roe")
    with pytest.raises(AssertionError, match="private data in the output"):
        detector._fail_on_leaks(request.node)

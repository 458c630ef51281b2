"""The whole suite is listened to: what is private, wherever it is said, is heard."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from staydown.aws.event_bus import EventBus
from staydown.domain.events import Event, EventType

from infra.local.gateway import Gateway
from infra.local.messages import Request, Response
from tests.support.eavesdropper import CANARIES, Eavesdropper, _heard_answers

pytestmark = pytest.mark.says_private_things


@pytest.fixture
def ears() -> Eavesdropper:
    return Eavesdropper()


@pytest.mark.parametrize("text", [*CANARIES, "ab" * 32, "jane@example.org", "a?X-Amz-Signature=1"])
def test_a_log_line_is_heard(ears: Eavesdropper, text: str) -> None:
    ears.start()
    try:
        logging.getLogger("staydown").error("failed: %s", text)
    finally:
        ears.stop()
    count, leaks = ears.take()
    assert count
    assert leaks


def test_an_event_is_heard(ears: Eavesdropper) -> None:
    client = SimpleNamespace(put_events=lambda Entries: {"Entries": [{"EventId": "1"} for _ in Entries]})
    ears.start()
    try:
        event = Event("1", EventType.CASE_OPENED, datetime.now(UTC), {"reporter": "Jane Roe"})
        EventBus(client, "bus").publish([event])
    finally:
        ears.stop()
    assert ears.take()[1]


@pytest.mark.parametrize(
    "response",
    [
        Response(422, b'{"detail": "that is me is not allowed"}'),
        Response(201, b"{}", (("location", "/v1/x?X-Amz-Signature=1"),)),
    ],
)
def test_a_problem_and_a_header_are_heard(ears: Eavesdropper, response: Response) -> None:
    handle = _heard_answers(ears.watch, lambda gateway, request: response)
    handle(object.__new__(Gateway), object.__new__(Request))
    assert ears.take()[1]


def test_a_test_that_says_something_private_fails(
    ears: Eavesdropper, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    ears.watch.problem("Jane Roe")
    ears._judge(request.node)
    monkeypatch.setattr(request.node, "get_closest_marker", lambda name: None)
    ears.watch.problem("Jane Roe")
    with pytest.raises(AssertionError, match="something private"):
        ears._judge(request.node)

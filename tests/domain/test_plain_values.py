"""Events and audit details as plain JSON values, and events read back from messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeVar

import pytest
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.events import (
    AccountBlocked,
    BankChanged,
    CaseDeadlineNear,
    CaseDecided,
    Event,
    EventEnvelope,
    UploadReviewed,
    UploadStateChanged,
)
from staydown.domain.uploads.upload import UploadState

E = TypeVar("E", bound=Event)

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
HELD: Mapping[str, object] = {
    "upload_id": "u1",
    "platform": "alpha",
    "account_id": "ann",
    "key": "alpha/ann/1",
    "state": "held",
    "reason": None,
}
BLOCKED: Mapping[str, object] = {"platform": "alpha", "account_id": "ann", "case_id": "c1", "blocked": True}


def read(event: type[E], detail: Mapping[str, object]) -> E:
    return event.of_envelope(EventEnvelope("e1", UploadReviewed.TYPE, NOON, detail))


@pytest.mark.parametrize(
    "event",
    [
        UploadStateChanged("u1", "alpha", "ann", "alpha/ann/1", UploadState.HELD, None),
        AccountBlocked("alpha", "ann", "c1", True),
        AccountBlocked("alpha", "ann", None, False, review_id="r1"),
        BankChanged(("e1", "e2"), 7),
        BankChanged((), 0),
        CaseDeadlineNear("c1", NOON),
        CaseDecided("c1", DecisionOutcome.VIOLATING, ("u1",)),
    ],
)
def test_event_survives_its_envelope(event: Event) -> None:
    assert read(type(event), event.detail()) == event


def test_keys_of_another_version_are_ignored() -> None:
    assert read(UploadStateChanged, {**HELD, "priority": 3}) == read(UploadStateChanged, HELD)


def test_missing_optional_key_has_its_default() -> None:
    assert read(AccountBlocked, BLOCKED).review_id is None


@pytest.mark.parametrize("key", list(HELD))
def test_missing_key_is_refused(key: str) -> None:
    with pytest.raises(TypeError, match=key):
        read(UploadStateChanged, {name: value for name, value in HELD.items() if name != key})


@pytest.mark.parametrize(
    ("event", "detail"),
    [
        (UploadStateChanged, {**HELD, "upload_id": None}),
        (UploadStateChanged, {**HELD, "upload_id": 5}),
        (UploadStateChanged, {**HELD, "state": "lost"}),
        (UploadStateChanged, {**HELD, "state": None}),
        (UploadStateChanged, {**HELD, "state": ["held"]}),
        (UploadStateChanged, {**HELD, "reason": 3}),
        (AccountBlocked, {**BLOCKED, "blocked": "false"}),
        (AccountBlocked, {**BLOCKED, "blocked": 0}),
        (AccountBlocked, {**BLOCKED, "case_id": True}),
        (BankChanged, {"entries": "e1", "seq": 1}),
        (BankChanged, {"entries": None, "seq": 1}),
        (BankChanged, {"entries": ["e1", None], "seq": 1}),
        (BankChanged, {"entries": ["e1"], "seq": "1"}),
        (BankChanged, {"entries": ["e1"], "seq": True}),
        (CaseDeadlineNear, {"case_id": "c1", "deadline": None}),
        (CaseDeadlineNear, {"case_id": "c1", "deadline": 5}),
    ],
)
def test_value_that_does_not_fit_is_refused(event: type[Event], detail: Mapping[str, object]) -> None:
    with pytest.raises(ValueError, match=r"expected|not a valid|Invalid isoformat"):
        read(event, detail)

"""The state of an upload is derived from its stops."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.uploads.stops import (
    SCAN_FAILURE_STOP,
    Stop,
    StopKind,
    StopReason,
    decision_stop,
    match_stop,
    review_stop,
)
from staydown.domain.uploads.upload import ObjectKey, Upload, UploadState, is_valid_id

from tests.domain.strategies import NOW, fresh_upload, stops, uploads

STOPPED_STATES = {UploadState.HELD, UploadState.BLOCKED, UploadState.REMOVED}


@given(uploads())
def test_state_follows_from_the_stops(upload: Upload) -> None:
    kinds = {stop.kind for stop in upload.stops.values()}
    if StopKind.BLOCK in kinds:
        expected = {UploadState.REMOVED if upload.was_published else UploadState.BLOCKED}
    elif kinds:
        expected = {UploadState.HELD}
    else:
        expected = {UploadState.RECEIVED, UploadState.PUBLISHED}
    assert upload.state in expected


@given(uploads())
def test_reason_is_given_exactly_while_stopped(upload: Upload) -> None:
    assert (upload.reason is not None) == bool(upload.stops)
    assert upload.reason is None or upload.reason in {stop.reason.value for stop in upload.stops.values()}


@given(uploads(), st.lists(stops, min_size=1))
def test_stopped_upload_is_never_public(upload: Upload, added: list[Stop]) -> None:
    assert upload.with_stops(added, now=NOW).state in STOPPED_STATES


@given(uploads(), st.lists(stops, min_size=1))
def test_removing_added_stops_keeps_the_others(upload: Upload, added: list[Stop]) -> None:
    new = {stop.cause: stop for stop in added if stop.cause not in upload.stops}
    released = upload.with_stops(new.values(), now=NOW).without_stops(new, now=NOW)
    assert released.stops == upload.stops
    if upload.stops:
        assert released.state is upload.state


@given(uploads(), st.lists(stops, min_size=1))
def test_upload_without_stops_is_checked_before_publication(upload: Upload, added: list[Stop]) -> None:
    stopped = upload.with_stops(added, now=NOW)
    released = stopped.without_stops(stopped.stops, now=NOW)
    assert released.state is UploadState.RECEIVED
    assert released.was_released
    assert released.was_published == upload.was_published


@given(uploads(), st.lists(stops))
def test_stopping_twice_by_one_cause_is_idempotent(upload: Upload, added: list[Stop]) -> None:
    once = upload.with_stops(added, now=NOW)
    assert once.with_stops(added, now=NOW) == once


@given(uploads(), st.lists(st.sampled_from(["case:x", "review:x", "entry:x"])))
def test_removing_a_missing_stop_changes_nothing(upload: Upload, causes: list[str]) -> None:
    assert upload.without_stops([cause for cause in causes if cause not in upload.stops], now=NOW) == upload


@given(st.lists(stops))
def test_rejected_upload_never_changes_state(added: list[Stop]) -> None:
    rejected = fresh_upload().rejected("truncated", now=NOW)
    assert rejected.with_stops(added, now=NOW) == rejected
    assert rejected.without_stops(["case:a"], now=NOW) == rejected


def test_a_block_outweighs_a_hold_and_a_hold_outlives_a_block() -> None:
    held = fresh_upload().with_stops([review_stop("c1")], now=NOW)
    blocked = held.with_stops([match_stop("e1")], now=NOW)
    assert (held.state, held.reason) == (UploadState.HELD, StopReason.NEEDS_REVIEW)
    assert (blocked.state, blocked.reason) == (UploadState.BLOCKED, StopReason.MATCHES_CONFIRMED_ENTRY)
    assert blocked.without_stops(["entry:e1"], now=NOW).state is UploadState.HELD


def test_published_upload_is_removed_and_unpublished_is_blocked() -> None:
    published = fresh_upload().published(now=NOW)
    assert published.with_stops([decision_stop("c1")], now=NOW).state is UploadState.REMOVED
    assert fresh_upload().with_stops([decision_stop("c1")], now=NOW).state is UploadState.BLOCKED


def test_stops_of_two_cases_are_independent() -> None:
    both = fresh_upload().with_stops([decision_stop("c1"), decision_stop("c2")], now=NOW)
    assert both.without_stops(["case:c1"], now=NOW).state is UploadState.BLOCKED
    assert both.without_stops(["case:c1", "case:c2"], now=NOW).state is UploadState.RECEIVED


def test_upload_lists_each_case_once() -> None:
    upload = fresh_upload().with_case("c1").with_case("c2").with_case("c1")
    assert upload.cases == ("c1", "c2")


def test_failed_scan_holds_the_upload() -> None:
    assert fresh_upload().with_stops([SCAN_FAILURE_STOP], now=NOW).state is UploadState.HELD


def test_public_key_does_not_contain_the_account() -> None:
    upload = replace(fresh_upload("11111111-1111-7111-8111-111111111111"), account_id="ann.smith")
    assert "ann" not in upload.public_key


@pytest.mark.parametrize(
    ("key", "parsed"),
    [
        ("alpha/ann/one.png", ObjectKey("alpha", "ann", "one.png")),
        ("alpha/ann/deep/er/one.png", ObjectKey("alpha", "ann", "deep/er/one.png")),
        ("alpha/a@b.example:7/x", ObjectKey("alpha", "a@b.example:7", "x")),
        ("alpha/ann", None),
        ("alpha/ann/", None),
        ("alpha//one.png", None),
        ("/ann/one.png", None),
        ("", None),
        ("alpha/../one.png", None),
        ("alpha/a..b/one.png", None),
        ("alpha/.ann/one.png", None),
        ("alpha/ann smith/one.png", None),
        ("alpha/ann\n/one.png", None),
        (f"alpha/{'a' * 128}/x", ObjectKey("alpha", "a" * 128, "x")),
        (f"alpha/{'a' * 129}/x", None),
    ],
)
def test_key_parses_to_platform_and_account_or_none(key: str, parsed: ObjectKey | None) -> None:
    assert ObjectKey.parse(key) == parsed


@given(st.text(max_size=140))
def test_valid_name_survives_in_a_key(name: str) -> None:
    parsed = ObjectKey.parse(f"alpha/{name}/x")
    assert (parsed is not None and parsed.account_id == name) == is_valid_id(name)
    assert parsed is None or str(parsed) == f"alpha/{name}/x"

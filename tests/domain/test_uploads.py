"""What is stopping an upload decides its state."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.stops import BY_SCAN, Reason, Stop, StopKind, by_case, by_entry, by_review
from staydown.domain.uploads import ObjectKey, Upload, UploadState, is_name

from tests.domain.strategies import NOW, fresh_upload, stops, uploads

STOPPED = {UploadState.HELD, UploadState.BLOCKED, UploadState.REMOVED}


@given(uploads())
def test_the_state_says_what_stops_an_upload(upload: Upload) -> None:
    kinds = {stop.kind for stop in upload.stops.values()}
    if StopKind.BLOCK in kinds:
        expected = {UploadState.REMOVED if upload.was_published else UploadState.BLOCKED}
    elif kinds:
        expected = {UploadState.HELD}
    else:
        expected = {UploadState.RECEIVED, UploadState.PUBLISHED}
    assert upload.state in expected


@given(uploads())
def test_a_reason_is_given_exactly_while_something_stops_it(upload: Upload) -> None:
    assert (upload.reason is not None) == bool(upload.stops)
    assert upload.reason is None or upload.reason in {stop.reason.value for stop in upload.stops.values()}


@given(uploads(), st.lists(stops, min_size=1))
def test_what_is_stopped_is_never_public(upload: Upload, those: list[Stop]) -> None:
    assert upload.stopped(those, now=NOW).state in STOPPED


@given(uploads(), st.lists(stops, min_size=1))
def test_freeing_what_was_stopped_leaves_the_other_stops(upload: Upload, those: list[Stop]) -> None:
    new = {stop.cause: stop for stop in those if stop.cause not in upload.stops}
    freed = upload.stopped(new.values(), now=NOW).freed(new, now=NOW)
    assert freed.stops == upload.stops
    if upload.stops:
        assert freed.state is upload.state


@given(uploads(), st.lists(stops, min_size=1))
def test_what_loses_its_last_stop_is_checked_again_before_it_is_public(
    upload: Upload, those: list[Stop]
) -> None:
    stopped = upload.stopped(those, now=NOW)
    freed = stopped.freed(stopped.stops, now=NOW)
    assert freed.state is UploadState.RECEIVED
    assert freed.released
    assert freed.was_published == upload.was_published


@given(uploads(), st.lists(stops))
def test_being_stopped_twice_by_the_same_is_being_stopped_once(upload: Upload, those: list[Stop]) -> None:
    once = upload.stopped(those, now=NOW)
    assert once.stopped(those, now=NOW) == once


@given(uploads(), st.lists(st.sampled_from(["case:x", "review:x", "entry:x"])))
def test_freeing_it_of_what_does_not_stop_it_changes_nothing(upload: Upload, causes: list[str]) -> None:
    assert upload.freed([cause for cause in causes if cause not in upload.stops], now=NOW) == upload


@given(st.lists(stops))
def test_a_rejected_upload_never_becomes_anything_else(those: list[Stop]) -> None:
    rejected = fresh_upload().rejected("truncated", now=NOW)
    assert rejected.stopped(those, now=NOW) == rejected
    assert rejected.freed(["case:a"], now=NOW) == rejected


def test_a_block_outweighs_a_hold_and_a_hold_outlives_a_block() -> None:
    held = fresh_upload().stopped([by_review("c1")], now=NOW)
    blocked = held.stopped([by_entry("e1")], now=NOW)
    assert (held.state, held.reason) == (UploadState.HELD, Reason.NEEDS_REVIEW)
    assert (blocked.state, blocked.reason) == (UploadState.BLOCKED, Reason.MATCHES_CONFIRMED_ENTRY)
    assert blocked.freed(["entry:e1"], now=NOW).state is UploadState.HELD


def test_what_anybody_may_have_seen_is_removed_and_what_nobody_saw_is_blocked() -> None:
    seen = fresh_upload().published(now=NOW)
    assert seen.stopped([by_case("c1")], now=NOW).state is UploadState.REMOVED
    assert fresh_upload().stopped([by_case("c1")], now=NOW).state is UploadState.BLOCKED


def test_two_cases_stop_an_upload_apart_from_each_other() -> None:
    both = fresh_upload().stopped([by_case("c1"), by_case("c2")], now=NOW)
    assert both.freed(["case:c1"], now=NOW).state is UploadState.BLOCKED
    assert both.freed(["case:c1", "case:c2"], now=NOW).state is UploadState.RECEIVED


def test_an_upload_is_listed_once_for_each_case_about_it() -> None:
    upload = fresh_upload().concerning("c1").concerning("c2").concerning("c1")
    assert upload.cases == ("c1", "c2")


def test_a_scan_that_failed_holds_and_blocks_nobody() -> None:
    assert fresh_upload().stopped([BY_SCAN], now=NOW).state is UploadState.HELD


def test_the_public_key_tells_nothing_of_the_account() -> None:
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
def test_a_key_names_its_platform_and_account_or_nobody(key: str, parsed: ObjectKey | None) -> None:
    assert ObjectKey.parse(key) == parsed


@given(st.text(max_size=140))
def test_whatever_is_a_name_survives_in_a_key(name: str) -> None:
    parsed = ObjectKey.parse(f"alpha/{name}/x")
    assert (parsed is not None and parsed.account_id == name) == is_name(name)
    assert parsed is None or str(parsed) == f"alpha/{name}/x"

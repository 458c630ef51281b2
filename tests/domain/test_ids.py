"""Random ids and secrets, derived ids, and case numbers as people write them."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.ids import (
    derived_entry_id,
    derived_upload_id,
    digests_match,
    new_case_number,
    new_id,
    new_secret,
    normalise_case_number,
    secret_digest,
)

from tests.domain.strategies import NOW, moments


@given(moments)
def test_new_id_is_a_uuid_v7_with_its_time(at: datetime) -> None:
    parsed = uuid.UUID(new_id(at))
    assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)
    assert parsed.int >> 80 == int(at.timestamp() * 1000)


@given(moments, st.integers(1, 10**6))
def test_ids_sort_by_time(at: datetime, milliseconds: int) -> None:
    assert new_id(at) < new_id(at + timedelta(milliseconds=milliseconds))


def test_ids_of_one_moment_differ() -> None:
    assert len({new_id(NOW) for _ in range(1000)}) == 1000


@given(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))
def test_upload_id_is_derived_from_the_object_version(bucket: str, key: str, version: str) -> None:
    assert derived_upload_id(bucket, key, version) == derived_upload_id(bucket, key, version)
    assert derived_upload_id(bucket, key, version) != derived_upload_id(bucket, key, version + "x")


@given(st.binary(min_size=32, max_size=32))
def test_entry_id_is_derived_from_hash_and_kind(value: bytes) -> None:
    assert derived_entry_id("pdq", value) == derived_entry_id("pdq", bytes(value))
    assert derived_entry_id("pdq", value) != derived_entry_id("sha256", value)


def test_case_number_has_no_ambiguous_letters() -> None:
    for _ in range(200):
        assert re.fullmatch(r"SD-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", new_case_number())


def as_people_type(number: str, draw: st.DataObject) -> str:
    """Return the number in any case, with any separators, O for 0, I or L for 1, with or without SD."""
    swapped = "".join(
        draw.draw(st.sampled_from({"0": "0Oo", "1": "1IiLl", "V": "VvUu"}.get(c, c + c.lower())))
        for c in number[2:]
    )
    prefix = draw.draw(st.sampled_from(["SD", "sd", "Sd ", ""]))
    return prefix + swapped.replace("-", draw.draw(st.sampled_from(["-", " ", "", ".", " - "])))


@given(st.integers(0, 2**40 - 1), st.data())
def test_case_number_is_parsed_however_it_is_typed(bits: int, data: st.DataObject) -> None:
    letters = "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[bits >> 5 * i & 31] for i in range(8))
    number = f"SD-{letters[:4]}-{letters[4:]}"
    assert normalise_case_number(number) == number
    assert normalise_case_number(as_people_type(number, data)) == number


@given(st.text())
def test_case_number_normalisation_is_stable(typed: str) -> None:
    once = normalise_case_number(typed)
    assert once.startswith("SD-")
    assert normalise_case_number(normalise_case_number(typed)) == once or len(once) != 12


def test_a_secret_has_130_random_bits() -> None:
    secret = new_secret()
    assert len(secret.replace("-", "")) * 5 == 130
    assert len({new_secret() for _ in range(1000)}) == 1000


@given(st.data())
def test_a_secret_opens_however_it_is_typed_and_no_other_does(data: st.DataObject) -> None:
    secret = "K7Q0V-1ABCD-EFGHJ-KMNPQ-RSTVW-X"
    typed = as_people_type("SD" + secret, data)
    typed = typed[2:] if typed.lower().startswith("sd") else typed
    assert digests_match(secret_digest(typed), secret_digest(secret))
    assert not digests_match(secret_digest("L" + secret[1:]), secret_digest(secret))


def test_secret_is_stored_as_a_digest_only() -> None:
    secret = new_secret()
    assert re.fullmatch(r"[0-9a-f]{64}", secret_digest(secret))
    assert secret not in secret_digest(secret)


@pytest.mark.parametrize(("one", "other"), [("", ""), ("ä", "ä"), ("a" * 64, "a" * 64)])
def test_digests_with_any_characters_are_compared(one: str, other: str) -> None:
    assert digests_match(one, other)
    assert not digests_match(one, other + "b")


def test_consecutive_ids_are_unpredictable() -> None:
    """Ids of one millisecond share their time. About half of their random bits differ."""
    found = [uuid.UUID(new_id(NOW)).int for _ in range(400)]
    bits = [(one ^ other).bit_count() for one, other in pairwise(found)]
    assert 35 < sum(bits) / len(bits) < 39, "half of 74 random bits must differ"
    assert min(bits) > 10
    steps = {other - one for one, other in pairwise(found)}
    assert len(steps) == len(found) - 1

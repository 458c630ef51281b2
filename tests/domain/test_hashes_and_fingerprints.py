"""Hash values, and the rule for when two images are the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.bank.fingerprints import ORIENTATIONS, UPRIGHT, Fingerprint, View
from staydown.domain.bank.hashes import PdqHash

from tests.domain.strategies import pdq_hashes


def flipped(pdq: PdqHash, bits: int) -> PdqHash:
    """Return a hash at exactly this distance, in bits."""
    return PdqHash((int.from_bytes(pdq.data) ^ (1 << bits) - 1).to_bytes(32))


def image(sha: bytes, pdq: PdqHash, quality: int, *others: View) -> Fingerprint:
    return Fingerprint(sha, (View(UPRIGHT, pdq, quality), *others), 0, "image/png", 8, 8, 1)


@given(pdq_hashes)
def test_hash_parses_in_either_case(pdq: PdqHash) -> None:
    assert PdqHash.from_hex(pdq.hex) == PdqHash.from_hex(pdq.hex.upper()) == pdq


@pytest.mark.parametrize(
    "text", ["", "0" * 63, "0" * 65, "g" * 64, " " + "0" * 63, "0" * 62 + "0x", "\u0660" * 64]
)
def test_invalid_hash_text_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        PdqHash.from_hex(text)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_hash_must_be_32_bytes(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        PdqHash(bytes(size))


@given(pdq_hashes, pdq_hashes, pdq_hashes)
def test_the_distance_is_a_metric(a: PdqHash, b: PdqHash, c: PdqHash) -> None:
    assert (a.distance(b) == 0) == (a == b)
    assert a.distance(b) == b.distance(a)
    assert a.distance(c) <= a.distance(b) + b.distance(c)


@given(pdq_hashes, st.integers(0, 256))
def test_distance_counts_differing_bits(pdq: PdqHash, bits: int) -> None:
    assert pdq.distance(flipped(pdq, bits)) == bits


@given(pdq_hashes)
def test_hash_is_never_printed_in_full(pdq: PdqHash) -> None:
    assert pdq.hex not in repr(pdq)
    assert pdq.hex not in f"{pdq}"


@given(pdq_hashes, st.integers(0, 100), st.integers(0, 100))
def test_same_bytes_are_the_same_image_at_any_quality(pdq: PdqHash, one: int, other: int) -> None:
    first, second = image(b"a" * 32, pdq, one), image(b"a" * 32, flipped(pdq, 200), other)
    assert first.shows_same_image(second, distance=31, minimum_quality=50)


@given(pdq_hashes, st.integers(0, 64), st.integers(0, 100), st.integers(0, 100))
def test_near_hashes_are_one_image_if_both_have_quality(
    pdq: PdqHash, bits: int, one: int, other: int
) -> None:
    first, second = image(b"a" * 32, pdq, one), image(b"b" * 32, flipped(pdq, bits), other)
    same = bits <= 31 and one >= 50 and other >= 50
    assert first.shows_same_image(second, distance=31, minimum_quality=50) == same


@given(pdq_hashes)
def test_any_view_may_match_the_upright_view_of_another(pdq: PdqHash) -> None:
    mirrored = View("mirrored", pdq, 90)
    turned = image(b"a" * 32, flipped(pdq, 128), 90, mirrored)
    assert turned.shows_same_image(image(b"b" * 32, pdq, 90), distance=31, minimum_quality=50)


@given(pdq_hashes, st.sampled_from(ORIENTATIONS), st.integers(0, 30))
def test_whole_image_distance_covers_every_orientation(pdq: PdqHash, orientation: str, bits: int) -> None:
    upright = View(UPRIGHT, flipped(pdq, 100), 100)
    turned, part = View(orientation, flipped(pdq, bits), 100), View("left half", pdq, 100)
    views = (turned, part) if orientation == UPRIGHT else (upright, turned, part)
    assert replace(image(b"a", pdq, 100), views=views).whole_image_distance(pdq) == bits


@given(pdq_hashes)
def test_animated_or_plain_image_has_no_grouping_hash(pdq: PdqHash) -> None:
    """The first frame of an animation may be a title that many animations share."""
    one = image(b"a", pdq, 50)
    assert one.grouping_hash(minimum_quality=50) == pdq
    assert one.grouping_hash(minimum_quality=51) is None
    assert replace(one, frames=2).grouping_hash(minimum_quality=50) is None

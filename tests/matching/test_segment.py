"""Conversion of entries to arrays and back."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.bank.entry import BankEntry
from staydown.matching.bank_segment import STANDINGS, BankSegment, id_bytes, merge_segments

from tests.matching.sample_hashes import A_CASE, A_PARTNER, entries_by_id, entry


@given(entries_by_id)
def test_entries_survive_a_round_trip(entries: list[BankEntry]) -> None:
    segment = BankSegment.of_entries(entries, seq=5)
    assert len(segment) == len(entries)
    assert list(segment) == sorted(entries, key=lambda e: id_bytes(e.entry_id))


@given(entries_by_id)
def test_standings_are_those_of_the_entries(entries: list[BankEntry]) -> None:
    segment = BankSegment.of_entries(entries, seq=5)
    assert [STANDINGS[code] for code in segment.standings()] == [e.standing for e in segment]


@given(entries_by_id, st.randoms())
def test_the_order_of_the_entries_does_not_matter(entries: list[BankEntry], chance: random.Random) -> None:
    shuffled = entries.copy()
    chance.shuffle(shuffled)
    one, other = BankSegment.of_entries(entries, seq=5), BankSegment.of_entries(shuffled, seq=5)
    assert list(one) == list(other)
    assert one.support_sets == other.support_sets


@given(st.lists(entries_by_id, min_size=1, max_size=4))
def test_later_segments_override_earlier_ones(parts: list[list[BankEntry]]) -> None:
    latest = {e.entry_id: e for part in parts for e in part}
    together = merge_segments([BankSegment.of_entries(part, seq=n) for n, part in enumerate(parts)])
    afresh = BankSegment.of_entries(latest.values(), seq=len(parts) - 1)
    assert list(together) == list(afresh)
    assert together.seq == afresh.seq
    assert together.support_sets == afresh.support_sets
    assert together.supports.tolist() == afresh.supports.tolist()


def test_entries_with_equal_supports_share_one_set() -> None:
    entries = [entry(n, supports=frozenset({A_CASE if n % 2 else A_PARTNER})) for n in range(100)]
    assert len(BankSegment.of_entries(entries, seq=1).support_sets) == 2


def test_merging_no_segments_is_rejected() -> None:
    with pytest.raises(ValueError, match="no segment"):
        merge_segments([])


def test_duplicate_entry_is_rejected() -> None:
    with pytest.raises(ValueError, match="duplicate"):
        BankSegment.of_entries([entry(1), entry(2), entry(1)], seq=1)


@pytest.mark.parametrize(
    "text", ["", "entry-1", "6A1F0E57-51A7-5D0E-9C0D-57A1D0E57A11", "{" + "0" * 32 + "}"]
)
def test_non_canonical_id_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match="UUID"):
        BankSegment.of_entries([replace(entry(1), entry_id=text)], seq=1)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(entry(1), quality=101),
        replace(entry(1), quality=-1),
        replace(entry(1), sha256=b"short"),
    ],
)
def test_values_out_of_range_are_rejected(wrong: BankEntry) -> None:
    with pytest.raises(ValueError, match=r"quality|32 bytes"):
        BankSegment.of_entries([wrong], seq=1)


@pytest.mark.parametrize("phash", [-1, 2**64])
def test_phash_of_more_than_64_bits_is_rejected(phash: int) -> None:
    with pytest.raises(ValueError, match="pHash"):
        BankSegment.of_entries([replace(entry(1), phash=phash)], seq=1)

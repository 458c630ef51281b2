"""Entries as arrays and back."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.bank import Entry
from staydown.matching.segment import STANDINGS, Segment, id_bytes, merged

from tests.matching.known_hashes import A_CASE, A_PARTNER, entries_by_id, entry


@given(entries_by_id)
def test_entries_come_back_as_they_were(entries: list[Entry]) -> None:
    segment = Segment.of_entries(entries, seq=5)
    assert len(segment) == len(entries)
    assert list(segment) == sorted(entries, key=lambda e: id_bytes(e.entry_id))


@given(entries_by_id)
def test_standings_are_those_of_the_entries(entries: list[Entry]) -> None:
    segment = Segment.of_entries(entries, seq=5)
    assert [STANDINGS[code] for code in segment.standings()] == [e.standing for e in segment]


@given(entries_by_id, st.randoms())
def test_the_order_of_the_entries_does_not_matter(entries: list[Entry], chance: random.Random) -> None:
    shuffled = entries.copy()
    chance.shuffle(shuffled)
    one, other = Segment.of_entries(entries, seq=5), Segment.of_entries(shuffled, seq=5)
    assert list(one) == list(other)
    assert one.support_sets == other.support_sets


@given(st.lists(entries_by_id, min_size=1, max_size=4))
def test_later_segments_override_earlier_ones(parts: list[list[Entry]]) -> None:
    latest = {e.entry_id: e for part in parts for e in part}
    together = merged([Segment.of_entries(part, seq=n) for n, part in enumerate(parts)])
    afresh = Segment.of_entries(latest.values(), seq=len(parts) - 1)
    assert list(together) == list(afresh)
    assert together.seq == afresh.seq
    assert together.support_sets == afresh.support_sets
    assert together.supports.tolist() == afresh.supports.tolist()


def test_entries_that_rest_on_the_same_share_one_set() -> None:
    entries = [entry(n, supports=frozenset({A_CASE if n % 2 else A_PARTNER})) for n in range(100)]
    assert len(Segment.of_entries(entries, seq=1).support_sets) == 2


def test_no_segment_cannot_be_merged() -> None:
    with pytest.raises(ValueError, match="no segment"):
        merged([])


def test_the_same_entry_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="comes twice"):
        Segment.of_entries([entry(1), entry(2), entry(1)], seq=1)


@pytest.mark.parametrize(
    "text", ["", "entry-1", "6A1F0E57-51A7-5D0E-9C0D-57A1D0E57A11", "{" + "0" * 32 + "}"]
)
def test_an_id_that_would_not_come_back_the_same_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="UUID"):
        Segment.of_entries([replace(entry(1), entry_id=text)], seq=1)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(entry(1), quality=101),
        replace(entry(1), quality=-1),
        replace(entry(1), sha256=b"short"),
    ],
)
def test_values_out_of_range_are_refused(wrong: Entry) -> None:
    with pytest.raises(ValueError, match=r"quality|32 bytes"):
        Segment.of_entries([wrong], seq=1)


@pytest.mark.parametrize("phash", [-1, 2**64])
def test_a_phash_of_more_than_64_bits_is_refused(phash: int) -> None:
    with pytest.raises(ValueError, match="pHash"):
        Segment.of_entries([replace(entry(1), phash=phash)], seq=1)

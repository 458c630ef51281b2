"""The exact index: it finds exactly the near hashes, whatever was added and deactivated before."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from staydown.matching import hamming_index
from staydown.matching.band_table import BandTable
from staydown.matching.hamming_index import HammingIndex

from tests.matching.sample_hashes import KINDS, Hashes, flipped, hashes_of_kind, pairs_within, rows_of
from tests.shared_data import shared_files


def matches_of(index: HammingIndex, queries: Hashes, distance: int) -> list[tuple[int, int, int]]:
    return list(zip(*(a.tolist() for a in index.query(queries, distance)), strict=True))


def read_hashes(path: Path) -> Hashes:
    return rows_of(*(bytes.fromhex(line) for line in path.read_text().split()))


def needles_and_haystack() -> tuple[Hashes, Hashes]:
    """Return 100 hashes, and 1,350 of which 50 equal one of them, and 200 are 1 to 31 bits from one.

    Of the others, 200 are 32 to 60 bits from one, and 900 are random. Each of the 100 has a match.
    """
    needles = hashes_of_kind("random", 100, 77)
    flips = [*[0] * 50, *(1 + n % 31 for n in range(200)), *(32 + n % 29 for n in range(200))]
    planted = [flipped(needles[number % 100].tobytes(), bits, number) for number, bits in enumerate(flips)]
    haystack = np.concatenate([rows_of(*planted), hashes_of_kind("random", 900, 78)])
    return needles, np.random.default_rng(79).permutation(haystack)


@pytest.mark.parametrize("tail_rows", [16_384, 50], ids=["scanned", "in tables"])
def test_needles_are_found_in_the_haystack(tail_rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hamming_index, "BandTable", partial(BandTable, scan_cost=math.inf))
    shared = [
        (read_hashes(file), read_hashes(file.with_name("haystack.txt")))
        for file in shared_files("pdq/needles.txt")
    ]
    for needles, haystack in (needles_and_haystack(), *shared):
        found = HammingIndex(haystack, tail_rows=tail_rows).query(needles, 31)
        assert len(found.row) == 250
        assert np.count_nonzero(found.distance == 0) == 50
        assert set(found.query.tolist()) == set(range(100))


def test_empty_index_finds_nothing() -> None:
    index = HammingIndex()
    assert len(index) == 0
    assert matches_of(index, hashes_of_kind("random", 3, 1), 256) == []


def test_an_index_of_one_hash_finds_it() -> None:
    one = hashes_of_kind("random", 1, 1)
    assert matches_of(HammingIndex(one), one, 0) == [(0, 0, 0)]
    assert matches_of(HammingIndex(one, tail_rows=0), one, 0) == [(0, 0, 0)]


def test_empty_query_finds_nothing() -> None:
    assert matches_of(HammingIndex(hashes_of_kind("random", 9, 1)), np.empty((0, 32), np.uint8), 31) == []


def test_the_inverted_hash_is_256_bits_away() -> None:
    one = hashes_of_kind("random", 1, 1)
    assert matches_of(HammingIndex(one), ~one, 256) == [(0, 0, 256)]
    assert matches_of(HammingIndex(one), ~one, 255) == []


@settings(max_examples=200, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    sizes=st.lists(st.integers(0, 200), min_size=1, max_size=6),
    seed=st.integers(0, 2**32),
    distance=st.integers(0, 256),
)
def test_hashes_added_in_pieces_match_like_one_addition(
    kind: str, sizes: list[int], seed: int, distance: int
) -> None:
    hashes = hashes_of_kind(kind, sum(sizes), seed)
    index = HammingIndex(tail_rows=50)
    for first, last in zip(np.cumsum([0, *sizes]), np.cumsum(sizes), strict=False):
        assert index.add(hashes[first:last]) == first
    queries = hashes_of_kind(kind, 4, seed + 1)
    if len(hashes):
        queries = np.concatenate([queries, rows_of(flipped(hashes[-1].tobytes(), distance, seed))])
    assert matches_of(index, queries, distance) == pairs_within(queries, hashes, distance)


class HammingIndexMachine(RuleBasedStateMachine):
    """Additions, deactivations and queries in any order, compared with a plain list."""

    @initialize(seed=st.integers(0, 2**32))
    def start(self, seed: int) -> None:
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(hamming_index, "BandTable", partial(BandTable, scan_cost=math.inf))
        self.rng = np.random.default_rng(seed)
        self.index = HammingIndex(tail_rows=30)
        self.hashes = np.empty((0, 32), np.uint8)
        self.on: list[bool] = []

    def teardown(self) -> None:
        self.patch.undo()

    @rule(kind=st.sampled_from(KINDS), rows=st.integers(0, 90))
    def add(self, kind: str, rows: int) -> None:
        new = hashes_of_kind(kind, rows, int(self.rng.integers(5)))
        assert self.index.add(new) == len(self.hashes)
        self.hashes = np.concatenate([self.hashes, new])
        self.on += [True] * rows

    @rule(number=st.integers(0, 10_000), on=st.booleans())
    def switch_one(self, number: int, on: bool) -> None:
        if self.on:
            self.index.set_active(number % len(self.on), active=on)
            self.on[number % len(self.on)] = on

    @rule(step=st.integers(1, 7), on=st.booleans())
    def switch_many(self, step: int, on: bool) -> None:
        rows = np.arange(0, len(self.on), step)
        self.index.set_active(rows, active=on)
        for row in rows.tolist():
            self.on[row] = on

    @rule(distance=st.integers(0, 70), number=st.integers(0, 10_000))
    def ask(self, distance: int, number: int) -> None:
        queries = hashes_of_kind("random", 2, number)
        if len(self.hashes):
            near = flipped(self.hashes[number % len(self.hashes)].tobytes(), distance, number)
            queries = np.concatenate([queries, rows_of(near)])
        expected = [p for p in pairs_within(queries, self.hashes, distance) if self.on[p[1]]]
        assert matches_of(self.index, queries, distance) == expected

    @invariant()
    def every_hash_is_still_there(self) -> None:
        if hasattr(self, "index"):
            assert len(self.index) == len(self.hashes)
            for row in range(0, len(self.hashes), 13):
                assert self.index.hash_of(row) == self.hashes[row].tobytes()


TestHammingIndexMachine = HammingIndexMachine.TestCase
TestHammingIndexMachine.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)


def test_adding_to_a_large_table_does_not_rebuild_it(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[int] = []

    def counted(words: Any) -> BandTable:
        built.append(len(words))
        return BandTable(words)

    monkeypatch.setattr(hamming_index, "BandTable", counted)
    index = HammingIndex(hashes_of_kind("random", 5000, 1), tail_rows=100)
    for seed in range(10):
        index.add(hashes_of_kind("random", 100, seed))
    assert built[0] == 5000
    assert len(built) > 3
    assert max(built[1:]) <= 1000


def test_each_row_is_sorted_only_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[int] = []

    def counted(words: Any) -> BandTable:
        built.append(len(words))
        return BandTable(words)

    monkeypatch.setattr(hamming_index, "BandTable", counted)
    index = HammingIndex(tail_rows=20)
    for seed in range(400):
        index.add(hashes_of_kind("random", 10, seed))
    assert sum(built) < 12 * len(index)
    assert len(index._tables) <= 6


def test_input_hashes_are_copied() -> None:
    hashes = hashes_of_kind("random", 3, 1)
    kept = hashes.copy()
    index = HammingIndex(hashes)
    hashes[:] = 0
    assert matches_of(index, kept, 0) == [(0, 0, 0), (1, 1, 0), (2, 2, 0)]


@pytest.mark.parametrize("distance", [-1, 257])
def test_distance_beyond_the_hash_is_rejected(distance: int) -> None:
    with pytest.raises(ValueError, match="from 0 to 256"):
        HammingIndex().query(hashes_of_kind("random", 1, 1), distance)


@pytest.mark.parametrize(
    "hashes", [np.zeros(32, np.uint8), np.zeros((2, 31), np.uint8), np.zeros((2, 32), np.int64)]
)
def test_hashes_of_another_shape_or_type_are_rejected(hashes: Hashes) -> None:
    with pytest.raises(ValueError, match=r"hashes are \(n, 32\) uint8"):
        HammingIndex(hashes)


def test_missing_row_is_rejected() -> None:
    index = HammingIndex(hashes_of_kind("random", 3, 1))
    for row in (-1, 3):
        with pytest.raises(IndexError):
            index.hash_of(row)
    with pytest.raises(IndexError):
        index.set_active(3, active=False)


def test_strided_hashes_are_accepted() -> None:
    wide = np.random.default_rng(1).integers(0, 256, (20, 40), np.uint8)
    hashes = wide[::2, 3:35]
    assert matches_of(HammingIndex(hashes), np.ascontiguousarray(hashes), 0) == [(n, n, 0) for n in range(10)]

"""Band tables, forced to probe even if a scan is faster."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from staydown.matching.band_table import BandTable
from staydown.matching.bands import thresholds
from staydown.matching.hamming_distance import as_words

from tests.matching.sample_hashes import KINDS, Hashes, flipped, hashes_of_kind, pairs_within, rows_of


def probed(hashes: Hashes, queries: Hashes, distance: int) -> list[tuple[int, int, int]]:
    table = BandTable(as_words(hashes), scan_cost=math.inf)
    return list(zip(*(a.tolist() for a in table.query(as_words(queries), distance)), strict=True))


@settings(max_examples=400, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    rows=st.integers(1, 700),
    seed=st.integers(0, 2**32),
    distance=st.integers(0, 64),
    planted=st.lists(st.tuples(st.integers(0, 10_000), st.integers(-2, 2)), max_size=6),
)
def test_probing_finds_what_brute_force_finds(
    kind: str, rows: int, seed: int, distance: int, planted: list[tuple[int, int]]
) -> None:
    hashes = hashes_of_kind(kind, rows, seed)
    queries = rows_of(
        np.random.default_rng(seed + 1).bytes(32),
        *(flipped(hashes[row % rows].tobytes(), max(distance + off, 0), seed + row) for row, off in planted),
    )
    assert probed(hashes, queries, distance) == pairs_within(queries, hashes, distance)


@pytest.mark.parametrize("distance", [*range(65), 100, 127, 128, 200, 255, 256])
def test_neighbour_is_found_up_to_the_distance_and_not_beyond(distance: int) -> None:
    hashes = hashes_of_kind("random", 2000, distance)
    at = flipped(hashes[1234].tobytes(), distance, 1)
    beyond = flipped(hashes[99].tobytes(), min(distance + 1, 256), 2)
    found = probed(hashes, rows_of(at, beyond), distance)
    assert (0, 1234, distance) in found
    assert (1, 99, distance + 1) not in found
    assert found == pairs_within(rows_of(at, beyond), hashes, distance)


@pytest.mark.parametrize("rows", [300, 3000, 70_000])
@pytest.mark.parametrize("distance", [5, 16, 31, 47])
def test_neighbour_reachable_by_one_band_is_found(rows: int, distance: int) -> None:
    hashes = hashes_of_kind("random", rows, distance)
    table = BandTable(as_words(hashes), scan_cost=math.inf)
    reach = thresholds(table._widths, table._bucket_rows, distance)
    ends = np.cumsum(table._widths)
    for band in range(len(reach)):
        if reach[band] < 0:
            continue
        query = as_words(hashes[7:8]).copy()
        # One bit more than its threshold at the end of every other band, exactly the threshold in this one.
        for other, end in enumerate(ends.tolist()):
            for bit in range(end - reach[other] - (other != band), end):
                query[0, bit // 64] ^= np.uint64(1 << (bit % 64))
        found = table.query(query, distance)
        assert (7, distance) in zip(found.row.tolist(), found.distance.tolist(), strict=True)


def test_wide_bands_probe_like_narrow_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("staydown.matching.bands.band_widths", lambda rows: (22,) * 8 + (20,) * 4)
    hashes = hashes_of_kind("random", 500, 3)
    queries = rows_of(*(flipped(hashes[row].tobytes(), 47, row) for row in range(20)))
    assert probed(hashes, queries, 47) == pairs_within(queries, hashes, 47)


def test_crowded_query_is_scanned_and_the_others_are_probed() -> None:
    crowd = np.repeat(hashes_of_kind("random", 1, 1), 4000, axis=0)
    hashes = np.concatenate([hashes_of_kind("random", 4000, 2), crowd])
    queries = np.concatenate([hashes[:3], crowd[:1], hashes[3:5]])
    table = BandTable(as_words(hashes), scan_cost=30.0)
    found = table.query(as_words(queries), 31)
    assert found.query.tolist() == [0, 1, 2, *[3] * 4000, 4, 5]
    assert found.row.tolist() == [0, 1, 2, *range(4000, 8000), 3, 4]


def test_batched_queries_equal_single_queries() -> None:
    hashes = hashes_of_kind("duplicates", 500, 4)
    queries = np.tile(hashes, (10, 1)) ^ np.uint8(1)
    found = probed(hashes, queries, 32)
    assert {pair[0] for pair in found} == set(range(5000))
    for number in (0, 1, 4095, 4096, 4999):
        alone = probed(hashes, queries[number : number + 1], 32)
        assert [pair[1:] for pair in found if pair[0] == number] == [pair[1:] for pair in alone]


def test_candidates_beyond_one_block_are_all_compared() -> None:
    hashes = np.repeat(hashes_of_kind("random", 40, 5), 2500, axis=0)
    found = BandTable(as_words(hashes), scan_cost=math.inf).query(as_words(hashes[::2500]), 3)
    assert np.array_equal(found.row, np.arange(100_000))
    assert np.array_equal(found.query, np.arange(100_000) // 2500)

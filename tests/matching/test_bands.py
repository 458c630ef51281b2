"""The pigeonhole principle of the index."""

from __future__ import annotations

from itertools import product
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staydown.matching.bands import band_widths, probe_masks, slot_counts, thresholds


@pytest.mark.parametrize("rows", [1, 2, 300, 10_000, 100_000, 1_000_000, 10_000_000, 200_000_000])
def test_bands_cover_every_bit_widest_first(rows: int) -> None:
    widths = band_widths(rows)
    assert sum(widths) == 256
    assert list(widths) == sorted(widths, reverse=True)
    assert widths[0] - widths[-1] <= 1


def test_larger_tables_have_fewer_and_wider_bands() -> None:
    counts = [len(band_widths(rows)) for rows in (20_000, 100_000, 1_000_000, 10_000_000)]
    assert counts == [19, 16, 13, 12]


@given(
    rows=st.sampled_from([300, 20_000, 1_000_000, 10_000_000]),
    skew=st.lists(st.floats(0, 1e6), min_size=32, max_size=32),
    distance=st.integers(0, 256),
)
def test_thresholds_sum_to_the_distance(rows: int, skew: list[float], distance: int) -> None:
    widths = band_widths(rows)
    chosen = thresholds(widths, skew[: len(widths)], distance)
    assert sum(t + 1 for t in chosen) == distance + 1
    assert min(chosen) >= -1


def test_uniform_band_gets_a_smaller_threshold() -> None:
    chosen = thresholds((20, 20, 20), [1.0, 1e6, 1.0], 5)
    assert chosen[1] == -1
    assert chosen[0] + chosen[2] == 4


def test_thresholds_are_the_cheapest() -> None:
    widths, crowd = (16, 16, 15), [3.0, 1.0, 9.0]

    def cost(chosen: tuple[int, ...]) -> float:
        return sum(n * (17 + 30 * rows) for n, rows in zip(slot_counts(widths, chosen), crowd, strict=True))

    for distance in range(10):
        every = [c for c in product(range(-1, distance + 1), repeat=3) if sum(c) + 3 == distance + 1]
        assert cost(thresholds(widths, crowd, distance)) == min(map(cost, every))


@pytest.mark.parametrize("width", [1, 5, 9])
@pytest.mark.parametrize("most", [-1, 0, 1, 2, 4])
def test_masks_are_exactly_those_with_enough_zero_bits(width: int, most: int) -> None:
    masks = probe_masks((width,), (most,)).tolist()
    assert sorted(masks) == [mask for mask in range(1 << width) if mask.bit_count() <= most]
    assert len(masks) == slot_counts([width], [most])[0]


def test_masks_of_several_bands_come_band_by_band() -> None:
    masks = probe_masks((12, 12, 11), (2, -1, 1))
    assert masks.size == (1 + 12 + comb(12, 2)) + 0 + (1 + 11)
    assert masks[: 1 + 12 + comb(12, 2)].max() == 0b1100_0000_0000
    assert masks[-12:].max() == 1 << 10

"""The uploads that are near new entries."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from staydown.matching import content_matches
from staydown.matching.content_matches import rows_near_entries

from tests.matching.sample_hashes import KINDS, hashes_of_kind, pairs_within


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    entries=st.integers(0, 20),
    views=st.integers(0, 200),
    seed=st.integers(0, 2**32),
    distance=st.integers(0, 70),
    few=st.sampled_from([0, 10_000]),
)
def test_every_view_near_an_entry_is_found_and_no_other(
    kind: str, entries: int, views: int, seed: int, distance: int, few: int
) -> None:
    wanted, seen = hashes_of_kind(kind, entries, seed), hashes_of_kind(kind, views, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(content_matches, "TAIL_ROWS", few)
        rows = rows_near_entries(wanted, seen, distance)
    pairs = pairs_within(wanted, seen, distance)
    assert rows.tolist() == sorted({row for _, row, _ in pairs})


def test_blocks_join_without_a_seam() -> None:
    views = hashes_of_kind("random", 40_000, 1)
    at = [0, 16_383, 16_384, 32_767, 32_768, 39_999]
    assert rows_near_entries(views[at], views, 20).tolist() == at


def test_distance_beyond_the_hash_is_rejected() -> None:
    with pytest.raises(ValueError, match="from 0 to 256"):
        rows_near_entries(hashes_of_kind("random", 1, 1), hashes_of_kind("random", 1, 1), 300)

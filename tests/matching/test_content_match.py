"""Which uploads lie near the entries that were just added."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from staydown.matching import content_matches as content_match
from staydown.matching.content_matches import content_matches, rows_near_entries

from tests.matching.sample_hashes import KINDS, flipped, hashes_of_kind, pairs_within, rows_of


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
    uploads = np.random.default_rng(seed).integers(0, 10, views)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(content_match, "TAIL_ROWS", few)
        found = content_matches(wanted, seen, uploads, distance)
        rows = rows_near_entries(wanted, seen, distance)
    pairs = sorted(
        (int(uploads[row]), entry, bits, row) for entry, row, bits in pairs_within(wanted, seen, distance)
    )
    assert len(found) == len(pairs)
    assert (
        list(zip(*(a.tolist() for a in (found.upload, found.entry, found.distance, found.row)), strict=True))
        == pairs
    )
    assert rows.tolist() == sorted({row for *_, row in pairs})


def test_the_nearest_view_of_an_upload_comes_first() -> None:
    banked = hashes_of_kind("random", 1, 1)
    views = rows_of(*(flipped(banked[0].tobytes(), bits, bits) for bits in (30, 4, 200, 12)))
    found = content_matches(banked, views, np.array([7, 7, 7, 7]), 31)
    assert found.row.tolist() == [1, 3, 0]
    assert found.distance.tolist() == [4, 12, 30]


def test_blocks_join_without_a_seam() -> None:
    views = hashes_of_kind("random", 40_000, 1)
    at = [0, 16_383, 16_384, 32_767, 32_768, 39_999]
    assert rows_near_entries(views[at], views, 20).tolist() == at


def test_uploads_that_do_not_fit_the_views_are_rejected() -> None:
    with pytest.raises(ValueError, match="3 views"):
        content_matches(hashes_of_kind("random", 1, 1), hashes_of_kind("random", 3, 1), np.array([1, 2]), 31)


def test_distance_beyond_the_hash_is_rejected() -> None:
    with pytest.raises(ValueError, match="from 0 to 256"):
        rows_near_entries(hashes_of_kind("random", 1, 1), hashes_of_kind("random", 1, 1), 300)

"""Exact lookup of ids and digests."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from staydown.matching import key_index as key_table
from staydown.matching.key_index import KeyIndex

# Few distinct bytes, so that whole keys and their endings are often equal.
similar_keys = st.lists(st.lists(st.sampled_from([0, 255]), min_size=9, max_size=9).map(bytes), max_size=30)


@given(pieces=st.lists(similar_keys, max_size=5), pending=st.integers(0, 20))
def test_key_maps_to_exactly_its_rows(pieces: list[list[bytes]], pending: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(key_table, "_PENDING", pending)
        table = KeyIndex(9)
        for piece in pieces:
            table.extend(np.frombuffer(b"".join(piece), np.uint8).reshape(-1, 9))
    keys = [key for piece in pieces for key in piece]
    assert len(table) == len(keys)
    for key in {*keys, b"\x00" * 9, b"\x01" * 9}:
        assert table.rows_of(key) == [row for row, other in enumerate(keys) if other == key]


def test_key_of_another_width_is_rejected() -> None:
    with pytest.raises(ValueError, match="a key is 32 bytes, not 31"):
        KeyIndex(32).rows_of(bytes(31))

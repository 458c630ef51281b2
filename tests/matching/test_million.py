"""An index of a million hashes, as from a partner."""

from __future__ import annotations

import numpy as np
import pytest
from staydown.domain.bank.entry import BankChange, Standing
from staydown.matching import bank_snapshot as snapshot
from staydown.matching.bank_index import BankIndex
from staydown.matching.bank_segment import HAS_PDQ, BankSegment

from tests.matching.sample_hashes import A_PARTNER, entry, fingerprint, flipped, hashes_of_kind

MILLION = 1_000_000


@pytest.fixture(scope="module")
def imported() -> BankSegment:
    ids = np.zeros((MILLION, 16), np.uint8)
    ids[:, 8:] = np.arange(MILLION, dtype=">u8").view(np.uint8).reshape(-1, 8)
    segment = BankSegment(
        seq=1,
        ids=ids,
        hashes=hashes_of_kind("random", MILLION, 1),
        quality=np.full(MILLION, 100, np.uint8),
        flags=np.full(MILLION, HAS_PDQ, np.uint8),
        phash=np.zeros(MILLION, np.uint64),
        sha256=np.empty((0, 32), np.uint8),
        supports=np.zeros(MILLION, np.uint32),
        support_sets=(frozenset({A_PARTNER}),),
    )
    return snapshot.read_segment(snapshot.write_segment(segment))


@pytest.mark.slow
@pytest.mark.law("UK4")
def test_million_entries_are_all_found(imported: BankSegment) -> None:
    index = BankIndex.load([imported], seq=1)
    assert len(index) == MILLION
    assert index.nbytes < 220 * MILLION
    for distance in (0, 31, 47, 64):
        rows = np.random.default_rng(distance).integers(0, MILLION, 8).tolist()
        views = [flipped(imported.hashes[row].tobytes(), distance, row) for row in rows]
        matches = index.match(fingerprint(*views), distance=distance, minimum_quality=50)
        ids = [f"00000000-0000-0000-0000-{row:012x}" for row in rows]
        assert sorted((m.entry_id, m.distance) for m in matches) == sorted((i, distance) for i in ids)
        assert {m.standing for m in matches} == {Standing.UNVERIFIED}


@pytest.mark.slow
def test_a_change_to_a_million_entries_takes_effect_at_once(imported: BankSegment) -> None:
    index = BankIndex.load([imported], seq=1)
    new = b"\xa5" * 32
    index.apply([BankChange(2, entry(1, new))])
    assert [m.distance for m in index.match(fingerprint(new), distance=31, minimum_quality=50)] == [0]
    index.apply([BankChange(3, entry(1, new, suspended=True))])
    assert index.match(fingerprint(new), distance=31, minimum_quality=50) == []

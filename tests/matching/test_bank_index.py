"""The bank in memory: the changes it applies, and the entries that an image matches."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from staydown.domain.bank.entry import BankChange, BankEntry, Standing
from staydown.domain.bank.fingerprints import Fingerprint, View
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.bank.match import Match
from staydown.matching.bank_index import BankIndex, BankLogGap
from staydown.matching.bank_segment import BankSegment
from staydown.matching.orientations import approximate_orientations

from tests.matching.sample_hashes import (
    A_CASE,
    A_PARTNER,
    entry,
    entry_id,
    fingerprint,
    flipped,
    hashes_of_kind,
    some_supports,
)

BANKED, OTHER, THIRD = (row.tobytes() for row in hashes_of_kind("random", 3, 11))
SHA = b"\x01" * 32
PARTNERS = frozenset({A_PARTNER})


def bank(*entries: BankEntry) -> BankIndex:
    index = BankIndex()
    index.apply(BankChange(seq, changed) for seq, changed in enumerate(entries, 1))
    return index


def matches_of(
    index: BankIndex, image: Fingerprint, distance: int = 31, minimum_quality: int = 50
) -> list[Match]:
    return index.match(image, distance=distance, minimum_quality=minimum_quality)


def test_empty_bank_matches_nothing() -> None:
    assert matches_of(BankIndex(), fingerprint(BANKED)) == []
    assert matches_of(BankIndex.load([], seq=0), fingerprint(BANKED), 256) == []


def test_bank_of_one_entry_matches_it() -> None:
    (match,) = matches_of(bank(entry(1, BANKED)), fingerprint(flipped(BANKED, 31, 1)))
    assert match == Match(entry_id(1), Standing.CONFIRMED, 31, "upright", exact=False, trusted=True)


def test_one_bit_beyond_the_distance_does_not_match() -> None:
    assert matches_of(bank(entry(1, BANKED)), fingerprint(flipped(BANKED, 32, 1))) == []


def test_entries_are_listed_nearest_first() -> None:
    index = bank(entry(1, flipped(BANKED, 20, 1)), entry(2, OTHER), entry(3, flipped(BANKED, 3, 1)))
    assert [m.entry_id for m in matches_of(index, fingerprint(BANKED))] == [entry_id(3), entry_id(1)]


def test_distance_is_that_of_the_nearest_view() -> None:
    image = fingerprint(flipped(BANKED, 20, 1), OTHER, flipped(BANKED, 4, 1), flipped(BANKED, 9, 1))
    (match,) = matches_of(bank(entry(1, BANKED)), image)
    assert (match.distance, match.view) == (4, "view 2")


def test_the_first_of_equally_near_views_is_named() -> None:
    (match,) = matches_of(
        bank(entry(1, BANKED)), fingerprint(OTHER, flipped(BANKED, 5, 1), flipped(BANKED, 5, 2))
    )
    assert match.view == "view 1"


def test_nearer_plain_view_does_not_hide_a_good_one() -> None:
    image = fingerprint(
        View("upright", PdqHash(flipped(BANKED, 1, 1)), 10),
        View("trimmed", PdqHash(flipped(BANKED, 25, 1)), 90),
    )
    (match,) = matches_of(bank(entry(1, BANKED)), image)
    assert (match.view, match.distance, match.trusted) == ("trimmed", 25, True)


@pytest.mark.parametrize(
    ("of_view", "of_entry", "trusted"), [(50, 50, True), (49, 50, False), (50, 49, False), (0, 0, False)]
)
def test_match_is_trusted_if_both_hashes_have_quality(of_view: int, of_entry: int, trusted: bool) -> None:
    (match,) = matches_of(bank(entry(1, BANKED, quality=of_entry)), fingerprint(BANKED, quality=of_view))
    assert match.trusted is trusted


def test_same_bytes_match_exactly_whatever_the_hashes() -> None:
    index = bank(entry(1, BANKED, sha256=SHA, quality=10))
    (match,) = matches_of(index, fingerprint(OTHER, sha256=SHA))
    assert match == Match(entry_id(1), Standing.CONFIRMED, 0, "upright", exact=True, trusted=False)


def test_entry_matched_by_bytes_and_hash_is_listed_once_as_exact() -> None:
    index = bank(entry(1, flipped(BANKED, 3, 1), sha256=SHA), entry(2, BANKED))
    exact, near = matches_of(index, fingerprint(BANKED, sha256=SHA))
    assert (exact.entry_id, exact.exact, exact.distance, exact.trusted) == (entry_id(1), True, 0, True)
    assert (near.entry_id, near.exact) == (entry_id(2), False)


def test_entry_of_bytes_alone_matches_only_these_bytes() -> None:
    index = bank(entry(1, sha256=SHA))
    assert matches_of(index, fingerprint(bytes(32)), 256) == []
    (match,) = matches_of(index, fingerprint(BANKED, sha256=SHA), minimum_quality=0)
    assert (match.exact, match.trusted) == (True, False)


def test_every_entry_with_the_same_bytes_matches() -> None:
    index = bank(entry(1, sha256=SHA), entry(2, OTHER, sha256=SHA), entry(3, sha256=bytes(32)))
    assert {m.entry_id for m in matches_of(index, fingerprint(BANKED, sha256=SHA))} == {
        entry_id(1),
        entry_id(2),
    }


@pytest.mark.parametrize("change", [{"supports": frozenset()}, {"disabled": True}])
def test_inactive_entry_matches_only_after_reactivation(change: dict[str, bool]) -> None:
    stands = entry(1, BANKED, sha256=SHA)
    image = fingerprint(BANKED, sha256=SHA)
    index = bank(stands, replace(stands, **change))  # type: ignore[arg-type]
    assert matches_of(index, image, 256) == []
    index.apply([BankChange(3, stands)])
    assert [m.standing for m in matches_of(index, image)] == [Standing.CONFIRMED]


def test_the_standing_follows_the_last_change() -> None:
    claimed = entry(1, BANKED, supports=PARTNERS)
    index = bank(claimed)
    assert matches_of(index, fingerprint(BANKED))[0].standing is Standing.UNVERIFIED
    index.apply([BankChange(2, claimed.with_support(A_CASE))])
    assert matches_of(index, fingerprint(BANKED))[0].standing is Standing.CONFIRMED
    index.apply([BankChange(3, replace(claimed, allowed=True))])
    assert matches_of(index, fingerprint(BANKED))[0].standing is Standing.ALLOWED


def test_the_quality_follows_the_last_change() -> None:
    index = bank(entry(1, BANKED, quality=20), entry(1, BANKED, quality=90))
    assert matches_of(index, fingerprint(BANKED))[0].trusted


def test_changed_entry_matches_only_by_its_new_hashes() -> None:
    index = bank(entry(1, BANKED, sha256=SHA), entry(1, OTHER, sha256=b"\x02" * 32))
    assert matches_of(index, fingerprint(BANKED, sha256=SHA)) == []
    assert len(matches_of(index, fingerprint(OTHER))) == 1
    assert matches_of(index, fingerprint(BANKED, sha256=b"\x02" * 32))[0].exact
    assert len(index) == 1
    index.apply([BankChange(3, entry(1, BANKED))])
    assert [m.exact for m in matches_of(index, fingerprint(BANKED, sha256=b"\x02" * 32))] == [False]


def test_a_change_delivered_twice_takes_effect_once() -> None:
    changes = [BankChange(1, entry(1, BANKED)), BankChange(2, entry(1, BANKED, supports=PARTNERS))]
    index = BankIndex()
    for delivery in (changes, changes, changes[:1], [*changes, *changes]):
        index.apply(delivery)
    assert index.seq == 2
    assert [m.standing for m in matches_of(index, fingerprint(BANKED))] == [Standing.UNVERIFIED]
    assert len(index) == 1


@pytest.mark.parametrize("seqs", [[2], [1, 3], [2, 1], [1, 2, 4, 3]])
def test_missing_change_is_rejected_and_nothing_is_applied(seqs: list[int]) -> None:
    index = bank(entry(9, OTHER))
    with pytest.raises(BankLogGap) as gap:
        index.apply(BankChange(1 + seq, entry(seq, BANKED)) for seq in seqs)
    assert gap.value.got > gap.value.expected
    assert index.seq == 1
    assert len(index) == 1
    assert matches_of(index, fingerprint(BANKED)) == []


def test_log_gap_names_the_expected_change() -> None:
    with pytest.raises(BankLogGap, match="expected change 3 of the bank, got 7") as gap:
        bank(entry(1), entry(2)).apply([BankChange(7, entry(3))])
    assert (gap.value.expected, gap.value.got) == (3, 7)


def test_invalid_change_leaves_the_bank_unchanged() -> None:
    index = bank(entry(1, BANKED))
    wrong = replace(entry(2), entry_id="not a uuid")
    with pytest.raises(ValueError, match="UUID"):
        index.apply([BankChange(2, entry(1, OTHER)), BankChange(3, wrong)])
    assert index.seq == 1
    assert len(matches_of(index, fingerprint(BANKED))) == 1


def test_later_segments_and_changes_override_earlier_ones() -> None:
    first = BankSegment.of_entries([entry(1, BANKED), entry(2, OTHER), entry(3, THIRD)], seq=10)
    second = BankSegment.of_entries([entry(2, OTHER, supports=PARTNERS)], seq=20)
    index = BankIndex.load([first, second], seq=25)
    assert (index.seq, len(index)) == (25, 3)
    assert matches_of(index, fingerprint(OTHER))[0].standing is Standing.UNVERIFIED
    index.apply(
        [BankChange(24, entry(1)), BankChange(25, entry(1)), BankChange(26, entry(3, THIRD, suspended=True))]
    )
    assert len(matches_of(index, fingerprint(BANKED))) == 1
    assert matches_of(index, fingerprint(THIRD)) == []
    with pytest.raises(BankLogGap):
        index.apply([BankChange(28, entry(4))])


def test_batched_images_match_like_single_ones() -> None:
    index = bank(entry(1, BANKED, sha256=SHA), entry(2, flipped(BANKED, 30, 1)), entry(3, OTHER))
    images = [
        fingerprint(BANKED, flipped(OTHER, 7, 1)),
        fingerprint(THIRD),
        fingerprint(THIRD, sha256=SHA),
        fingerprint(flipped(BANKED, 25, 3), BANKED),
    ]
    together = index.match_many(images, distance=31, minimum_quality=50)
    assert together == [matches_of(index, image) for image in images]
    assert [len(matches) for matches in together] == [3, 0, 1, 2]
    assert index.match_many([], distance=31, minimum_quality=50) == []


def test_bare_hash_matches_in_every_orientation() -> None:
    index = bank(entry(1, BANKED))
    for name, turned in approximate_orientations(PdqHash(BANKED)).items():
        (match,) = index.match_hash(turned, 80, distance=31, minimum_quality=50)
        assert (match.distance, match.exact, match.trusted) == (0, False, True)
        assert (match.view == "upright") is (name == "upright")
        upright = index.match_hash(turned, 80, distance=31, minimum_quality=50, all_orientations=False)
        assert bool(upright) is (name == "upright")


def test_bare_hash_of_low_quality_is_not_trusted() -> None:
    (match,) = bank(entry(1, BANKED)).match_hash(PdqHash(BANKED), 49, distance=31, minimum_quality=50)
    assert not match.trusted


# Near and equal hashes and repeated ids, which random bytes would never give.
few_hashes = st.sampled_from([BANKED, flipped(BANKED, 10, 1), flipped(BANKED, 25, 2), OTHER])
few_digests = st.sampled_from([SHA, b"\x02" * 32])
changed_entries = st.builds(
    entry,
    st.integers(0, 4),
    st.none() | few_hashes,
    quality=st.sampled_from([20, 80]),
    sha256=st.none() | few_digests,
    supports=some_supports,
    suspended=st.booleans(),
    allowed=st.booleans(),
)


def expected_matches(entries: list[BankEntry], image: Fingerprint, distance: int) -> dict[str, Match]:
    """Return what `match` should return, entry by entry."""
    expected = {}
    for banked in entries:
        if banked.standing is Standing.INACTIVE:
            continue
        options = [
            (not (view.quality >= 50 and banked.quality >= 50), view.pdq.distance(banked.pdq), place)
            for place, view in enumerate(image.views)
            if banked.pdq is not None and view.pdq.distance(banked.pdq) <= distance
        ]
        if banked.sha256 == image.sha256:
            sound = banked.pdq is not None and image.upright.quality >= 50 and banked.quality >= 50
            expected[banked.entry_id] = Match(banked.entry_id, banked.standing, 0, "upright", True, sound)
        elif options:
            poor, bits, place = min(options)
            name = image.views[place].name
            expected[banked.entry_id] = Match(banked.entry_id, banked.standing, bits, name, False, not poor)
    return expected


@settings(max_examples=200, deadline=None)
@given(
    compacted=st.lists(st.lists(changed_entries, max_size=5), max_size=3),
    log=st.lists(changed_entries, max_size=12),
    cuts=st.lists(st.integers(0, 12), max_size=4),
    views=st.lists(st.tuples(few_hashes, st.sampled_from([20, 80])), min_size=1, max_size=4),
    digest=few_digests,
    distance=st.integers(0, 60),
)
def test_any_history_gives_the_matches_of_the_current_bank(
    compacted: list[list[BankEntry]],
    log: list[BankEntry],
    cuts: list[int],
    views: list[tuple[bytes, int]],
    digest: bytes,
    distance: int,
) -> None:
    state: dict[str, BankEntry] = {}
    segments = []
    for seq, part in enumerate(compacted):
        latest = {e.entry_id: e for e in part}
        state |= latest
        segments.append(BankSegment.of_entries(latest.values(), seq=seq))
    index = BankIndex.load(segments, seq=100)
    changes = [BankChange(101 + n, changed) for n, changed in enumerate(log)]
    for cut in sorted(cuts):
        index.apply(changes[:cut])
    index.apply(changes)
    state |= {changed.entry_id: changed for changed in log}
    image = fingerprint(
        *(View(f"view {n}" if n else "upright", PdqHash(h), q) for n, (h, q) in enumerate(views)),
        sha256=digest,
    )
    found = matches_of(index, image, distance)
    assert {m.entry_id: m for m in found} == expected_matches(list(state.values()), image, distance)
    assert len({m.entry_id for m in found}) == len(found)
    assert len(index) == len(state)
    assert index.seq == 100 + len(log)

"""Verdicts from matches."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.bank.entry import Standing
from staydown.domain.bank.match import AlignmentSummary, Match
from staydown.domain.bank.verdicts import MatchPolicy, Verdict

from tests.domain.strategies import matches

POLICY = MatchPolicy(block_distance=31, review_distance=47, minimum_quality=50)
HARMLESS = st.sampled_from([Standing.INACTIVE, Standing.ALLOWED])


def match(standing: Standing, distance: int, *, exact: bool = False, trusted: bool = True) -> Match:
    return Match("e", standing, distance, "upright", exact, trusted)


def expected(one: Match) -> Verdict:
    """Return the verdict of the policy, written a second time as rules."""
    if one.standing in {Standing.INACTIVE, Standing.ALLOWED}:
        return Verdict.CLEAR
    confirmed = one.standing is Standing.CONFIRMED
    if one.exact:
        return Verdict.BLOCK if confirmed else Verdict.REVIEW
    if not one.trusted or one.distance > 47:
        return Verdict.CLEAR
    return Verdict.BLOCK if confirmed and one.distance <= 31 else Verdict.REVIEW


@pytest.mark.parametrize(
    ("standing", "distance", "exact", "trusted"),
    list(product(Standing, [0, 1, 30, 31, 32, 46, 47, 48, 256], [False, True], [False, True])),
)
def test_single_match_gives_the_verdict_of_the_policy(
    standing: Standing, distance: int, exact: bool, trusted: bool
) -> None:
    one = match(standing, distance, exact=exact, trusted=trusted)
    assert POLICY.judge_match(one) is expected(one)
    verdict, _ = POLICY.judge_matches([one])
    assert verdict is expected(one)


@given(st.lists(matches(HARMLESS)))
def test_allowed_or_inactive_entry_never_stops_an_upload(found: list[Match]) -> None:
    assert POLICY.judge_matches(found) == (Verdict.CLEAR, ())


@pytest.mark.promise(4)
@given(st.lists(matches(st.sampled_from([Standing.UNVERIFIED, Standing.INACTIVE, Standing.ALLOWED]))))
@pytest.mark.law("GD3")
def test_nothing_is_blocked_without_a_confirmed_entry(found: list[Match]) -> None:
    assert POLICY.judge_matches(found)[0] is not Verdict.BLOCK


@given(st.lists(matches()), matches())
def test_only_an_allowed_entry_makes_a_verdict_milder(found: list[Match], one: Match) -> None:
    gravity = {Verdict.CLEAR: 0, Verdict.REVIEW: 1, Verdict.BLOCK: 2}
    before, after = POLICY.judge_matches(found)[0], POLICY.judge_matches([*found, one])[0]
    if one.standing is not Standing.ALLOWED:
        assert gravity[after] >= gravity[before]
    else:
        assert gravity[after] <= gravity[before]


@given(st.lists(matches()), st.randoms())
def test_the_order_of_matches_does_not_matter(found: list[Match], random: object) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert POLICY.judge_matches(shuffled) == POLICY.judge_matches(found)


@given(st.lists(matches()))
def test_grounds_are_the_deciding_matches_nearest_first(found: list[Match]) -> None:
    verdict, grounds = POLICY.judge_matches(found)
    assert bool(grounds) == (verdict is not Verdict.CLEAR)
    assert {POLICY.judge_match(one) for one in grounds} <= {verdict}
    assert list(grounds) == sorted(grounds, key=lambda m: (not m.exact, m.distance, m.entry_id))
    assert len({one.entry_id for one in grounds}) == len(grounds)


def test_entry_matched_by_hash_and_alignment_is_listed_once() -> None:
    near = match(Standing.CONFIRMED, 20)
    assert POLICY.judge_matches([overlap(conclusive=True), near]) == (Verdict.BLOCK, (near,))


@given(st.integers(0, 31), st.integers(0, 256))
def test_allowed_entry_clears_only_when_at_least_as_near(bad: int, good: int) -> None:
    verdict, _ = POLICY.judge_matches([match(Standing.CONFIRMED, bad), match(Standing.ALLOWED, good)])
    assert verdict is (Verdict.CLEAR if good <= bad else Verdict.BLOCK)


@given(st.integers(0, 256))
def test_exact_match_is_blocked_despite_a_near_allowed_entry(distance: int) -> None:
    reference = match(Standing.CONFIRMED, 0, exact=True)
    assert POLICY.judge_matches([reference, match(Standing.ALLOWED, distance)])[0] is Verdict.BLOCK
    assert POLICY.judge_matches([reference, match(Standing.ALLOWED, 0, exact=True)])[0] is Verdict.CLEAR


@given(matches(st.just(Standing.CONFIRMED)))
def test_allowed_entry_of_low_quality_clears_nothing(reference: Match) -> None:
    plain = match(Standing.ALLOWED, 0, trusted=False)
    assert POLICY.judge_matches([reference, plain]) == POLICY.judge_matches([reference])


@given(matches())
def test_plain_image_matches_only_by_exact_bytes(one: Match) -> None:
    plain = replace(one, trusted=False, exact=False)
    assert POLICY.judge_match(plain) is Verdict.CLEAR
    exact = replace(one, trusted=False, exact=True, standing=Standing.CONFIRMED)
    assert POLICY.judge_match(exact) is Verdict.BLOCK


def overlap(*, conclusive: bool = False, contradicts: bool = False) -> Match:
    found = AlignmentSummary(
        inliers=60, agreeing_tiles=25, comparable_tiles=66, conclusive=conclusive, contradicts=contradicts
    )
    return replace(match(Standing.CONFIRMED, 3), view="laid over", alignment=found)


@given(st.integers(0, 31))
def test_near_hash_contradicted_by_alignment_needs_review(distance: int) -> None:
    near = match(Standing.CONFIRMED, distance)
    assert POLICY.judge_matches([near, overlap(contradicts=True)]) == (Verdict.REVIEW, (near,))
    assert (
        POLICY.judge_matches([replace(near, entry_id="another"), overlap(contradicts=True)])[0]
        is Verdict.BLOCK
    )


@given(st.integers(0, 256))
def test_allowed_page_does_not_clear_the_reference_inside_it(distance: int) -> None:
    """A hash in the review distance may be the same page around a different image."""
    reference = overlap(conclusive=True)
    verdict, _ = POLICY.judge_matches([reference, match(Standing.ALLOWED, distance)])
    assert verdict is (Verdict.CLEAR if distance <= POLICY.block_distance else Verdict.BLOCK)
    assert POLICY.judge_matches([reference, match(Standing.ALLOWED, 0, exact=True)])[0] is Verdict.CLEAR


@given(st.integers(0, 31))
def test_dismissed_match_is_not_sent_to_review_again(distance: int) -> None:
    near = match(Standing.CONFIRMED, distance)
    contradicted = [near, overlap(contradicts=True)]
    assert POLICY.judge_matches(contradicted, dismissed_entries={near.entry_id}) == (Verdict.CLEAR, ())
    assert POLICY.judge_matches(contradicted, dismissed_entries={"another"})[0] is Verdict.REVIEW


@given(st.lists(matches()))
def test_block_ignores_dismissed_matches(found: list[Match]) -> None:
    before, grounds = POLICY.judge_matches(found)
    after = POLICY.judge_matches(found, dismissed_entries={one.entry_id for one in found})
    assert after == ((before, grounds) if before is Verdict.BLOCK else (Verdict.CLEAR, ()))


def test_contradiction_stops_nothing_and_clears_no_exact_match() -> None:
    assert POLICY.judge_matches([overlap(contradicts=True)]) == (Verdict.CLEAR, ())
    exact = match(Standing.CONFIRMED, 0, exact=True)
    assert POLICY.judge_matches([exact, overlap(contradicts=True)])[0] is Verdict.BLOCK


@given(st.integers(-5, 200), st.integers(-5, 200), st.integers(-5, 120))
def test_invalid_policy_is_rejected(block: int, review: int, quality: int) -> None:
    sound = 0 <= block <= review <= 128 and 0 <= quality <= 100
    try:
        MatchPolicy(block, review, quality)
    except ValueError:
        assert not sound
    else:
        assert sound

"""From matches to a verdict."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.bank import Match, Overlap, Standing
from staydown.domain.verdicts import MatchPolicy, Verdict

from tests.domain.strategies import matches

POLICY = MatchPolicy(block_distance=31, review_distance=47, minimum_quality=50)
HARMLESS = st.sampled_from([Standing.INACTIVE, Standing.ALLOWED])


def match(standing: Standing, distance: int, *, exact: bool = False, trusted: bool = True) -> Match:
    return Match("e", standing, distance, "upright", exact, trusted)


def expected(one: Match) -> Verdict:
    """The policy in other words: the table of the design."""
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
def test_what_one_match_leads_to(standing: Standing, distance: int, exact: bool, trusted: bool) -> None:
    one = match(standing, distance, exact=exact, trusted=trusted)
    assert POLICY.judge(one) is expected(one)
    verdict, _ = POLICY.decide([one])
    assert verdict is expected(one)


@given(st.lists(matches(HARMLESS)))
def test_what_is_allowed_or_inactive_never_stops_anything(those: list[Match]) -> None:
    assert POLICY.decide(those) == (Verdict.CLEAR, ())


@given(st.lists(matches(st.sampled_from([Standing.UNVERIFIED, Standing.INACTIVE, Standing.ALLOWED]))))
@pytest.mark.law("GD3")
def test_promise_4_without_a_confirmed_entry_nothing_is_blocked(those: list[Match]) -> None:
    assert POLICY.decide(those)[0] is not Verdict.BLOCK


@given(st.lists(matches()), matches())
def test_nothing_but_an_allowed_entry_takes_a_verdict_back(those: list[Match], one: Match) -> None:
    gravity = {Verdict.CLEAR: 0, Verdict.REVIEW: 1, Verdict.BLOCK: 2}
    before, after = POLICY.decide(those)[0], POLICY.decide([*those, one])[0]
    if one.standing is not Standing.ALLOWED:
        assert gravity[after] >= gravity[before]
    else:
        assert gravity[after] <= gravity[before]


@given(st.lists(matches()), st.randoms())
def test_the_order_of_matches_does_not_matter(those: list[Match], random: object) -> None:
    shuffled = list(those)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert POLICY.decide(shuffled) == POLICY.decide(those)


@given(st.lists(matches()))
def test_the_verdict_rests_on_matches_that_lead_to_it_the_nearest_first(those: list[Match]) -> None:
    verdict, grounds = POLICY.decide(those)
    assert bool(grounds) == (verdict is not Verdict.CLEAR)
    assert {POLICY.judge(one) for one in grounds} <= {verdict}
    assert list(grounds) == sorted(grounds, key=lambda m: (not m.exact, m.distance, m.entry_id))
    assert len({one.entry_id for one in grounds}) == len(grounds)


def test_an_entry_that_hash_and_picture_meet_is_named_once_by_its_hash() -> None:
    near = match(Standing.CONFIRMED, 20)
    assert POLICY.decide([overlap(conclusive=True), near]) == (Verdict.BLOCK, (near,))


@given(st.integers(0, 31), st.integers(0, 256))
def test_an_allowed_entry_at_least_as_near_clears_and_one_farther_does_not(bad: int, good: int) -> None:
    verdict, _ = POLICY.decide([match(Standing.CONFIRMED, bad), match(Standing.ALLOWED, good)])
    assert verdict is (Verdict.CLEAR if good <= bad else Verdict.BLOCK)


@given(st.integers(0, 256))
def test_the_bytes_of_a_judged_image_are_blocked_however_near_an_allowed_one_is(distance: int) -> None:
    judged = match(Standing.CONFIRMED, 0, exact=True)
    assert POLICY.decide([judged, match(Standing.ALLOWED, distance)])[0] is Verdict.BLOCK
    assert POLICY.decide([judged, match(Standing.ALLOWED, 0, exact=True)])[0] is Verdict.CLEAR


@given(matches(st.just(Standing.CONFIRMED)))
def test_an_allowed_entry_whose_hash_says_too_little_clears_nothing(judged: Match) -> None:
    plain = match(Standing.ALLOWED, 0, trusted=False)
    assert POLICY.decide([judged, plain]) == POLICY.decide([judged])


@given(matches())
def test_a_plain_picture_is_stopped_by_its_bytes_alone(one: Match) -> None:
    plain = replace(one, trusted=False, exact=False)
    assert POLICY.judge(plain) is Verdict.CLEAR
    exact = replace(one, trusted=False, exact=True, standing=Standing.CONFIRMED)
    assert POLICY.judge(exact) is Verdict.BLOCK


def overlap(*, conclusive: bool = False, contradicts: bool = False) -> Match:
    found = Overlap(inliers=60, agreeing=25, visible=66, conclusive=conclusive, contradicts=contradicts)
    return replace(match(Standing.CONFIRMED, 3), view="laid over", overlap=found)


@given(st.integers(0, 31))
def test_a_near_hash_that_its_picture_contradicts_is_brought_to_a_reviewer(distance: int) -> None:
    near = match(Standing.CONFIRMED, distance)
    assert POLICY.decide([near, overlap(contradicts=True)]) == (Verdict.REVIEW, (near,))
    assert POLICY.decide([replace(near, entry_id="another"), overlap(contradicts=True)])[0] is Verdict.BLOCK


@given(st.integers(0, 256))
def test_a_page_that_is_allowed_does_not_clear_the_judged_picture_in_it(distance: int) -> None:
    """A hash that is but nearly near may be the same page around another picture."""
    judged = overlap(conclusive=True)
    verdict, _ = POLICY.decide([judged, match(Standing.ALLOWED, distance)])
    assert verdict is (Verdict.CLEAR if distance <= POLICY.block_distance else Verdict.BLOCK)
    assert POLICY.decide([judged, match(Standing.ALLOWED, 0, exact=True)])[0] is Verdict.CLEAR


@given(st.integers(0, 31))
def test_what_a_reviewer_said_it_is_not_is_not_brought_to_one_again(distance: int) -> None:
    near = match(Standing.CONFIRMED, distance)
    contradicted = [near, overlap(contradicts=True)]
    assert POLICY.decide(contradicted, cleared={near.entry_id}) == (Verdict.CLEAR, ())
    assert POLICY.decide(contradicted, cleared={"another"})[0] is Verdict.REVIEW


@given(st.lists(matches()))
def test_what_blocks_does_so_whatever_a_reviewer_said_it_is_not(those: list[Match]) -> None:
    before, grounds = POLICY.decide(those)
    after = POLICY.decide(those, cleared={one.entry_id for one in those})
    assert after == ((before, grounds) if before is Verdict.BLOCK else (Verdict.CLEAR, ()))


def test_a_contradiction_stops_nothing_and_does_not_free_the_very_bytes() -> None:
    assert POLICY.decide([overlap(contradicts=True)]) == (Verdict.CLEAR, ())
    exact = match(Standing.CONFIRMED, 0, exact=True)
    assert POLICY.decide([exact, overlap(contradicts=True)])[0] is Verdict.BLOCK


@given(st.integers(-5, 200), st.integers(-5, 200), st.integers(-5, 120))
def test_a_policy_that_makes_no_sense_is_refused(block: int, review: int, quality: int) -> None:
    sound = 0 <= block <= review <= 128 and 0 <= quality <= 100
    try:
        MatchPolicy(block, review, quality)
    except ValueError:
        assert not sound
    else:
        assert sound

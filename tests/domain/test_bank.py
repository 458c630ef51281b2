"""An entry's standing follows from what it rests on, and from nothing else."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.bank import Entry, Source, Standing, Support

from tests.domain.strategies import entries, supports


def in_force(entry: Entry) -> Entry:
    return replace(entry, suspended=False, allowed=False)


@given(entries)
def test_an_allowed_entry_is_allowed_whatever_it_rests_on(entry: Entry) -> None:
    assert replace(entry, allowed=True).standing is Standing.ALLOWED


@given(entries)
def test_a_suspended_entry_matches_nothing_and_forgets_nothing(entry: Entry) -> None:
    suspended = replace(entry, allowed=False, suspended=True)
    assert suspended.standing is Standing.INACTIVE
    assert replace(suspended, suspended=False).standing is in_force(entry).standing


@given(entries, supports, st.sampled_from([Standing.INACTIVE, Standing.ALLOWED]))
def test_a_later_judgement_overrules_what_was_set_by_hand_for_as_long_as_it_stands(
    entry: Entry, support: Support, standing: Standing
) -> None:
    """Promise 2 holds of what somebody had switched off; promise 5 of what somebody had allowed."""
    aside = entry.without(support).put_aside(standing)
    assert aside.standing is standing
    judged = aside.resting_on(support)
    expected = Standing.CONFIRMED if support.source is Source.CASE else standing
    assert judged.standing is expected
    assert judged.without(support) == aside


@given(entries)
def test_what_was_set_by_hand_can_be_taken_back(entry: Entry) -> None:
    as_it_was = entry.put_aside(None)
    for standing in (Standing.INACTIVE, Standing.ALLOWED):
        assert as_it_was.put_aside(standing).put_aside(None) == as_it_was


@given(entries)
def test_an_entry_is_confirmed_exactly_while_a_case_stands_behind_it(entry: Entry) -> None:
    judged = any(support.source is Source.CASE for support in entry.supports)
    assert (in_force(entry).standing is Standing.CONFIRMED) == judged


@given(entries)
def test_a_claim_alone_is_unverified_and_nothing_at_all_is_inactive(entry: Entry) -> None:
    claims = frozenset(s for s in entry.supports if s.source is not Source.CASE)
    expected = Standing.UNVERIFIED if claims else Standing.INACTIVE
    assert replace(in_force(entry), supports=claims).standing is expected


@given(entries, supports)
def test_taking_back_a_support_that_was_added_leaves_the_entry_as_it_was(
    entry: Entry, support: Support
) -> None:
    before = entry.without(support)
    assert before.resting_on(support).without(support) == before


@given(entries, st.lists(supports))
def test_the_order_in_which_supports_come_and_go_does_not_matter(entry: Entry, those: list[Support]) -> None:
    forwards, backwards = entry, entry
    for support in those:
        forwards = forwards.resting_on(support)
    for support in reversed(those):
        backwards = backwards.resting_on(support)
    assert forwards == backwards
    for support in those:
        forwards = forwards.without(support)
    assert forwards.supports == entry.supports - set(those)


@given(entries, supports, supports)
def test_taking_one_case_back_leaves_what_rests_on_another(
    entry: Entry, one: Support, other: Support
) -> None:
    both = in_force(entry).resting_on(one).resting_on(other)
    if one != other:
        assert other in both.without(one).supports
        if other.source is Source.CASE:
            assert both.without(one).standing is Standing.CONFIRMED


@given(entries, supports)
def test_resting_on_the_same_thing_twice_is_resting_on_it_once(entry: Entry, support: Support) -> None:
    once = entry.resting_on(support)
    assert once.resting_on(support) == once

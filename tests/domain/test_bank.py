"""An entry's standing follows from what it rests on, and from nothing else."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.bank.entry import BankEntry, Standing, Support, SupportSource

from tests.domain.strategies import entries, supports


def without_override(entry: BankEntry) -> BankEntry:
    return replace(entry, disabled=False, allowed=False)


@given(entries)
def test_allowed_entry_is_allowed_whatever_its_supports(entry: BankEntry) -> None:
    assert replace(entry, allowed=True).standing is Standing.ALLOWED


@given(entries)
def test_disabled_entry_matches_nothing_and_keeps_its_supports(entry: BankEntry) -> None:
    suspended = replace(entry, allowed=False, disabled=True)
    assert suspended.standing is Standing.INACTIVE
    assert replace(suspended, disabled=False).standing is without_override(entry).standing


@given(entries, supports, st.sampled_from([Standing.INACTIVE, Standing.ALLOWED]))
def test_later_decision_supersedes_an_override_while_it_stands(
    entry: BankEntry, support: Support, standing: Standing
) -> None:
    """Promise 2 holds of what somebody had switched off; promise 5 of what somebody had allowed."""
    aside = entry.without_support(support).with_override(standing)
    assert aside.standing is standing
    judged = aside.with_support(support)
    expected = Standing.CONFIRMED if support.source is SupportSource.CASE else standing
    assert judged.standing is expected
    assert judged.without_support(support) == aside


@given(entries)
def test_override_can_be_removed(entry: BankEntry) -> None:
    as_it_was = entry.with_override(None)
    for standing in (Standing.INACTIVE, Standing.ALLOWED):
        assert as_it_was.with_override(standing).with_override(None) == as_it_was


@given(entries)
def test_entry_is_confirmed_exactly_while_a_case_supports_it(entry: BankEntry) -> None:
    judged = any(support.source is SupportSource.CASE for support in entry.supports)
    assert (without_override(entry).standing is Standing.CONFIRMED) == judged


@given(entries)
def test_entry_is_unverified_with_claims_alone_else_inactive(entry: BankEntry) -> None:
    claims = frozenset(s for s in entry.supports if s.source is not SupportSource.CASE)
    expected = Standing.UNVERIFIED if claims else Standing.INACTIVE
    assert replace(without_override(entry), supports=claims).standing is expected


@given(entries, supports)
def test_removing_an_added_support_restores_the_entry(entry: BankEntry, support: Support) -> None:
    before = entry.without_support(support)
    assert before.with_support(support).without_support(support) == before


@given(entries, st.lists(supports))
def test_order_of_support_changes_does_not_matter(entry: BankEntry, those: list[Support]) -> None:
    forwards, backwards = entry, entry
    for support in those:
        forwards = forwards.with_support(support)
    for support in reversed(those):
        backwards = backwards.with_support(support)
    assert forwards == backwards
    for support in those:
        forwards = forwards.without_support(support)
    assert forwards.supports == entry.supports - set(those)


@given(entries, supports, supports)
def test_removing_one_case_keeps_the_support_of_another(
    entry: BankEntry, one: Support, other: Support
) -> None:
    both = without_override(entry).with_support(one).with_support(other)
    if one != other:
        assert other in both.without_support(one).supports
        if other.source is SupportSource.CASE:
            assert both.without_support(one).standing is Standing.CONFIRMED


@given(entries, supports)
def test_adding_a_support_is_idempotent(entry: BankEntry, support: Support) -> None:
    once = entry.with_support(support)
    assert once.with_support(support) == once

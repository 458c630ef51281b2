"""The standing of a bank entry is derived from its supports and its override."""

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
    disabled = replace(entry, allowed=False, disabled=True)
    assert disabled.standing is Standing.INACTIVE
    assert replace(disabled, disabled=False).standing is without_override(entry).standing


@given(entries, supports, st.sampled_from([Standing.INACTIVE, Standing.ALLOWED]))
def test_later_decision_supersedes_an_override_while_it_stands(
    entry: BankEntry, support: Support, standing: Standing
) -> None:
    """Promise 2 covers entries that a reviewer had disabled, promise 5 those that were allowed."""
    overridden = entry.without_support(support).with_override(standing)
    assert overridden.standing is standing
    supported = overridden.with_support(support)
    expected = Standing.CONFIRMED if support.source is SupportSource.CASE else standing
    assert supported.standing is expected
    assert supported.without_support(support) == overridden


@given(entries)
def test_override_can_be_removed(entry: BankEntry) -> None:
    before = entry.with_override(None)
    for standing in (Standing.INACTIVE, Standing.ALLOWED):
        assert before.with_override(standing).with_override(None) == before


@given(entries)
def test_entry_is_confirmed_exactly_while_a_case_supports_it(entry: BankEntry) -> None:
    supported = any(support.source is SupportSource.CASE for support in entry.supports)
    assert (without_override(entry).standing is Standing.CONFIRMED) == supported


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
def test_order_of_support_changes_does_not_matter(entry: BankEntry, changes: list[Support]) -> None:
    forwards, backwards = entry, entry
    for support in changes:
        forwards = forwards.with_support(support)
    for support in reversed(changes):
        backwards = backwards.with_support(support)
    assert forwards == backwards
    for support in changes:
        forwards = forwards.without_support(support)
    assert forwards.supports == entry.supports - set(changes)


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

"""An account is blocked as long as something holds it, and no longer."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.accounts import MANUAL, Account, Block

from tests.domain.strategies import NOW

holders = st.sampled_from(["case-1", "case-2", "case-3", MANUAL])


def account(*names: str) -> Account:
    found = Account("alpha", "ann")
    for name in names:
        found = found.held_by(Block(name, NOW, "judged_violating"))
    return found


@given(st.lists(holders), st.lists(holders))
def test_it_is_blocked_exactly_while_one_holder_is_left(held: list[str], released: list[str]) -> None:
    found = account(*held)
    for holder in released:
        found = found.released_by(holder)
    assert found.blocked == bool(set(held) - set(released))
    assert set(found.blocks) == set(held) - set(released)


def test_one_case_reversed_leaves_the_block_of_the_other() -> None:
    assert account("case-1", "case-2").released_by("case-1").blocked


def test_the_first_block_by_a_holder_is_the_one_that_counts() -> None:
    later = Block("case-1", NOW + timedelta(days=1), "again")
    assert account("case-1").held_by(later).blocks["case-1"].since == NOW


def test_lifting_a_block_that_nobody_set_changes_nothing() -> None:
    assert account("case-1").released_by(MANUAL) == account("case-1")

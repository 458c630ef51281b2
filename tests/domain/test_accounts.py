"""An account is blocked exactly while it has a block."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.accounts.account import MANUAL_BLOCK, Account, Block

from tests.domain.strategies import NOW

holders = st.sampled_from(["case-1", "case-2", "case-3", MANUAL_BLOCK])


def account(*names: str) -> Account:
    found = Account("alpha", "ann")
    for name in names:
        found = found.with_block(Block(name, NOW, "judged_violating"))
    return found


@given(st.lists(holders), st.lists(holders))
def test_account_is_blocked_exactly_while_a_source_remains(held: list[str], released: list[str]) -> None:
    found = account(*held)
    for holder in released:
        found = found.without_block(holder)
    assert found.blocked == bool(set(held) - set(released))
    assert set(found.blocks) == set(held) - set(released)


def test_reversing_one_case_keeps_the_block_of_another() -> None:
    assert account("case-1", "case-2").without_block("case-1").blocked


def test_first_block_of_a_source_sets_its_start() -> None:
    later = Block("case-1", NOW + timedelta(days=1), "again")
    assert account("case-1").with_block(later).blocks["case-1"].since == NOW


def test_lifting_a_missing_block_changes_nothing() -> None:
    assert account("case-1").without_block(MANUAL_BLOCK) == account("case-1")

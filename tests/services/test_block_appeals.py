"""A manual block is appealed, and another reviewer decides the appeal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from staydown.domain.accounts.account import MANUAL_BLOCK
from staydown.domain.cases.appeals import AppealOutcome
from staydown.domain.errors import AlreadyDecided, Conflict, SameReviewer
from staydown.notices.notice import NoticeKind, Recipient
from staydown.services.accounts import block_account, unblock_account
from staydown.services.appeals.appeal_by_link import appeal_by_link
from staydown.services.appeals.decide_appeal import appeals_visible_to, list_appeals
from staydown.services.notices.notice_links import create_notice_link
from staydown.services.notices.view_notice import view_notice

from tests.support.actions import (
    appeal_case,
    enforced_story,
    file_block_appeal,
    grant_case_appeal,
    resolve_appeal,
)
from tests.support.sample_images import drawn
from tests.support.state_dump import dump_state
from tests.support.world import World

WINDOW = timedelta(days=184)


def block(world: World, reviewer: str = "sue") -> None:
    block_account(world.stack, platform="alpha", account_id="ann", reason="sells it", reviewer=reviewer)
    world.drain()


def unblock(world: World) -> None:
    unblock_account(world.stack, platform="alpha", account_id="ann", reviewer="sue")
    world.drain()


def holders(world: World) -> set[str]:
    return set(world.stack.accounts.get("alpha", "ann").blocks)


def link(world: World) -> str:
    """Return the link token of the account's newest notice."""
    newest = next(world.stack.notices.list_for(Recipient.account_holder("alpha", "ann")))
    return create_notice_link(world.stack, platform="alpha", account_id="ann", notice_id=newest.notice_id)[0]


@pytest.mark.promise(5)
@pytest.mark.law("EU4", "EU5")
def test_granted_appeal_lifts_only_the_manual_block(world: World) -> None:
    """An account has two blocks: each appeal lifts its own."""
    story = enforced_story(world, drawn(1))
    block(world)
    case_id = story.case.case_id
    resolve_appeal(world, file_block_appeal(world))
    world.drain()
    assert holders(world) == {case_id}
    grant_case_appeal(world, story.upload, case_id)
    assert holders(world) == set()


@pytest.mark.promise(5)
def test_granted_appeal_of_the_case_keeps_the_manual_block(world: World) -> None:
    story = enforced_story(world, drawn(1))
    block(world)
    filed = file_block_appeal(world)
    resolve_appeal(world, appeal_case(world, story.upload, story.case.case_id))
    assert holders(world) == {MANUAL_BLOCK}
    resolve_appeal(world, filed)
    assert holders(world) == set()


@pytest.mark.promise(6)
@pytest.mark.law("EU5")
def test_reviewer_who_set_a_block_cannot_decide_its_appeal(world: World) -> None:
    block(world)
    filed = file_block_appeal(world)
    waiting, _ = list_appeals(world.stack, after=None, limit=10)
    for reviewer, took_part in [("sue", True), ("cleo", False)]:
        (seen,) = appeals_visible_to(world.stack, waiting, reviewer)
        assert (seen.appeal.appeal_id, seen.viewer_took_part) == (filed.appeal_id, took_part)
    unblock(world)
    for outcome in AppealOutcome:
        with pytest.raises(SameReviewer):
            resolve_appeal(world, filed, outcome, reviewer="sue", senior=True)


def test_denied_appeal_keeps_the_block_and_notifies_the_account(world: World) -> None:
    block(world)
    filed = file_block_appeal(world)
    once = resolve_appeal(world, filed, AppealOutcome.DENIED)
    assert resolve_appeal(world, filed, AppealOutcome.DENIED).decided_at == once.decided_at, (
        "the repeated decision was recorded again"
    )
    with pytest.raises(AlreadyDecided):
        resolve_appeal(world, filed, AppealOutcome.GRANTED, reviewer="dora")
    world.drain()
    assert holders(world) == {MANUAL_BLOCK}
    kinds = [one.kind for one in world.stack.notices.list_for(Recipient.account_holder("alpha", "ann"))]
    assert NoticeKind.APPEAL_OUTCOME in kinds
    assert NoticeKind.BLOCK_LIFTED not in kinds


def test_each_block_has_one_appeal_of_its_own(world: World) -> None:
    block(world)
    first = file_block_appeal(world)
    assert file_block_appeal(world).appeal_id == first.appeal_id
    unblock(world)
    world.clock.advance(minutes=1)
    block(world, reviewer="ben")
    second = file_block_appeal(world)
    assert second.appeal_id != first.appeal_id
    resolve_appeal(world, first)
    assert holders(world) == {MANUAL_BLOCK}, "the first appeal lifted the later block"
    resolve_appeal(world, second, reviewer="sue")
    assert holders(world) == set()


def test_account_without_a_manual_block_has_no_block_appeal(world: World) -> None:
    enforced_story(world, drawn(1))
    with pytest.raises(Conflict, match="no manual block"):
        file_block_appeal(world)


def test_block_can_be_appealed_until_the_window_ends(world: World) -> None:
    block(world)
    token = link(world)
    world.clock.advance(days=WINDOW.days, seconds=1)
    assert view_notice(world.stack, token).appealable_until is None
    with pytest.raises(Conflict, match="184 days"):
        file_block_appeal(world)
    world.clock.advance(seconds=-1)
    assert view_notice(world.stack, token).appealable_until == world.clock.now
    assert file_block_appeal(world).outcome is None


@pytest.mark.law("EU4")
def test_notice_link_files_the_appeal_and_shows_its_outcome(world: World) -> None:
    block(world)
    token = link(world)
    opened = view_notice(world.stack, token)
    assert opened.appealable_until == world.clock.now + WINDOW
    world.clock.advance(minutes=1)
    appeal_by_link(world.stack, token, "it was not me")
    filed = appeal_by_link(world.stack, token, "again")
    assert filed.statement == "it was not me"
    assert view_notice(world.stack, token).appeal == filed
    world.drain()
    world.clock.advance(minutes=1)
    resolve_appeal(world, filed)
    world.drain()
    over = view_notice(world.stack, token)
    assert over.appeal is not None and over.appeal.outcome is AppealOutcome.GRANTED
    expected = [NoticeKind.STATEMENT_OF_REASONS, NoticeKind.APPEAL_RECEIPT, NoticeKind.APPEAL_OUTCOME]
    assert [one.kind for one in over.notices] == expected
    assert "sue" not in repr(over.notices)


def test_link_of_a_lifted_block_cannot_appeal_another_block(world: World) -> None:
    block(world)
    token = link(world)
    unblock(world)
    world.clock.advance(minutes=1)
    block(world)
    assert view_notice(world.stack, token).appealable_until is None
    with pytest.raises(Conflict):
        appeal_by_link(world.stack, token, "why")
    assert not dump_state(world.cloud).appeals


def test_appeal_expires_with_case_retention_after_its_decision(world: World) -> None:
    block(world)
    filed = file_block_appeal(world)
    key, name = (f"APPEAL#{filed.appeal_id}", "APPEAL"), world.cloud.settings.cases_table
    assert "expires_at" not in world.cloud.table(name)[key]
    resolve_appeal(world, filed)
    ends = world.clock.now + world.stack.settings.retention.case
    assert world.cloud.table(name)[key]["expires_at"] == {"N": str(int(ends.timestamp()))}

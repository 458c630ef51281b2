"""A block that a reviewer set by hand is appealed, and answered by somebody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from staydown.domain.accounts import MANUAL
from staydown.domain.appeals import AppealOutcome
from staydown.domain.errors import AlreadyDecided, Conflict, SameReviewer
from staydown.domain.notices import NoticeKind, Recipient
from staydown.services.accounts.block_account import block_account, unblock_account
from staydown.services.appeals.decide_appeal import as_seen, list_appeals
from staydown.services.notices.follow_notice import appeal_by_link, follow_notice
from staydown.services.notices.notice_links import make_link

from tests.support.ledger import read_ledger
from tests.support.people import answer, appeal, appeal_of_block, judged_story, reverse
from tests.support.pictures import drawn
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
    """Of the newest notice to the account."""
    newest = next(world.stack.notices.of(Recipient.account_holder("alpha", "ann")))
    return make_link(world.stack, platform="alpha", account_id="ann", notice_id=newest.notice_id)[0]


@pytest.mark.law("EU4", "EU5")
def test_promise_5_upheld_it_lifts_that_block_and_no_other(world: World) -> None:
    """An account that is blocked twice: each appeal takes away what it is of."""
    story = judged_story(world, drawn(1))
    block(world)
    case_id = story.case.case_id
    answer(world, appeal_of_block(world))
    world.drain()
    assert holders(world) == {case_id}
    reverse(world, story.upload, case_id)
    assert holders(world) == set()


def test_promise_5_an_appeal_of_the_case_leaves_the_block_by_hand(world: World) -> None:
    story = judged_story(world, drawn(1))
    block(world)
    filed = appeal_of_block(world)
    answer(world, appeal(world, story.upload, story.case.case_id))
    assert holders(world) == {MANUAL}
    answer(world, filed)
    assert holders(world) == set()


@pytest.mark.law("EU5")
def test_promise_6_who_has_set_a_block_does_not_decide_its_appeal(world: World) -> None:
    block(world)
    filed = appeal_of_block(world)
    waiting, _ = list_appeals(world.stack, after=None, limit=10)
    for reviewer, took_part in [("sue", True), ("cleo", False)]:
        (seen,) = as_seen(world.stack, waiting, reviewer)
        assert (seen.appeal.appeal_id, seen.took_part) == (filed.appeal_id, took_part)
    unblock(world)
    for outcome in AppealOutcome:
        with pytest.raises(SameReviewer):
            answer(world, filed, outcome, reviewer="sue", senior=True)


def test_rejected_the_block_stays_and_the_account_is_told(world: World) -> None:
    block(world)
    filed = appeal_of_block(world)
    once = answer(world, filed, AppealOutcome.REJECTED)
    assert answer(world, filed, AppealOutcome.REJECTED).decided_at == once.decided_at, "told twice it is one"
    with pytest.raises(AlreadyDecided):
        answer(world, filed, AppealOutcome.UPHELD, reviewer="dora")
    world.drain()
    assert holders(world) == {MANUAL}
    told = [one.kind for one in world.stack.notices.of(Recipient.account_holder("alpha", "ann"))]
    assert NoticeKind.APPEAL_OUTCOME in told
    assert NoticeKind.BLOCK_LIFTED not in told


def test_a_block_has_one_appeal_and_a_later_block_one_of_its_own(world: World) -> None:
    block(world)
    first = appeal_of_block(world)
    assert appeal_of_block(world).appeal_id == first.appeal_id
    unblock(world)
    world.clock.advance(minutes=1)
    block(world, reviewer="ben")
    second = appeal_of_block(world)
    assert second.appeal_id != first.appeal_id
    answer(world, first)
    assert holders(world) == {MANUAL}, "what was appealed was lifted before"
    answer(world, second, reviewer="sue")
    assert holders(world) == set()


def test_where_there_is_no_block_by_hand_there_is_no_appeal_of_one(world: World) -> None:
    judged_story(world, drawn(1))
    with pytest.raises(Conflict, match="No block by hand"):
        appeal_of_block(world)


def test_a_block_can_be_appealed_to_the_last_moment_of_the_window(world: World) -> None:
    block(world)
    token = link(world)
    world.clock.advance(days=WINDOW.days, seconds=1)
    assert follow_notice(world.stack, token).appealable_until is None
    with pytest.raises(Conflict, match="184 days"):
        appeal_of_block(world)
    world.clock.advance(seconds=-1)
    assert follow_notice(world.stack, token).appealable_until == world.clock.now
    assert appeal_of_block(world).outcome is None


@pytest.mark.law("EU4")
def test_the_link_of_its_notice_files_the_appeal_and_tells_what_came_of_it(world: World) -> None:
    block(world)
    token = link(world)
    opened = follow_notice(world.stack, token)
    assert opened.appealable_until == world.clock.now + WINDOW
    world.clock.advance(minutes=1)
    appeal_by_link(world.stack, token, "it was not me")
    filed = appeal_by_link(world.stack, token, "again")
    assert filed.statement == "it was not me"
    assert follow_notice(world.stack, token).appeal == filed
    world.drain()
    world.clock.advance(minutes=1)
    answer(world, filed)
    world.drain()
    over = follow_notice(world.stack, token)
    assert over.appeal is not None and over.appeal.outcome is AppealOutcome.UPHELD
    expected = [NoticeKind.STATEMENT_OF_REASONS, NoticeKind.APPEAL_RECEIPT, NoticeKind.APPEAL_OUTCOME]
    assert [one.kind for one in over.notices] == expected
    assert "sue" not in repr(over.notices)


def test_the_link_of_a_block_that_was_lifted_appeals_no_other(world: World) -> None:
    block(world)
    token = link(world)
    unblock(world)
    world.clock.advance(minutes=1)
    block(world)
    assert follow_notice(world.stack, token).appealable_until is None
    with pytest.raises(Conflict):
        appeal_by_link(world.stack, token, "why")
    assert not read_ledger(world.cloud).appeals


def test_its_appeal_ends_as_long_after_it_was_answered_as_a_case_is_kept(world: World) -> None:
    block(world)
    filed = appeal_of_block(world)
    key, name = (f"APPEAL#{filed.appeal_id}", "APPEAL"), world.cloud.settings.cases_table
    assert "expires_at" not in world.cloud.table(name)[key]
    answer(world, filed)
    ends = world.clock.now + world.stack.settings.retention.case
    assert world.cloud.table(name)[key]["expires_at"] == {"N": str(int(ends.timestamp()))}

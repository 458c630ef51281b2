"""Pairs of concurrent tasks about notices."""

from __future__ import annotations

from staydown.notices.notice import NoticeKind, Recipient, RecipientParty
from staydown.services.appeals.appeal_by_link import appeal_by_link
from staydown.services.notices.notice_links import create_notice_link

from tests.faults.steps import Scene, SceneFactory
from tests.support.actions import (
    appeal_case,
    enforced_story,
)
from tests.support.interleavings import Interleaving
from tests.support.sample_images import drawn
from tests.support.state_dump import StateDump
from tests.support.world import World


def two_deliveries_of_one_notice_event(world: World) -> Scene:
    """Two functions receive the same account.blocked event at the same time."""
    enforced_story(world, drawn(1))
    world.publish()
    (message,) = [m for m in world.queue if m.kind == "notices" and "account.blocked" in m.body[0]]
    world.queue.remove(message)

    def check(state: StateDump, order: Interleaving) -> None:
        notices = [one for one in state.notices if one.recipient.party is RecipientParty.ACCOUNT_HOLDER]
        assert [one.kind for one in notices] == [NoticeKind.STATEMENT_OF_REASONS]
        issued = [event for event in world.events_of_type("notice.issued") if event.detail["platform"]]
        assert len({event.detail["id"] for event in issued}) == 1

    return Scene(
        {"one": lambda: world.handle(message), "two": lambda: world.handle(message)},
        check,
    )


def appeal_by_link_meets_appeal_by_platform(world: World) -> Scene:
    story = enforced_story(world, drawn(1))
    world.drain()
    (notice,) = world.stack.notices.list_for(Recipient.account_holder("alpha", "ann"))
    about = {"platform": "alpha", "account_id": "ann"}
    token, _ = create_notice_link(world.stack, **about, notice_id=notice.notice_id)

    def check(state: StateDump, order: Interleaving) -> None:
        (filed,) = state.appeals.values()
        assert state.cases[story.case.case_id].pending_appeals == (filed.appeal_id,)
        receipts = [one for one in state.notices if one.kind is NoticeKind.APPEAL_RECEIPT]
        assert len(receipts) == 1

    return Scene(
        {
            "link": lambda: appeal_by_link(world.stack, token, "it is a beach"),
            "platform": lambda: appeal_case(world, story.upload),
        },
        check,
    )


PAIR_SCENES: list[SceneFactory] = [
    two_deliveries_of_one_notice_event,
    appeal_by_link_meets_appeal_by_platform,
]

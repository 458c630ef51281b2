"""Pairs of concurrent tasks about misuse and manual blocks."""

from __future__ import annotations

from staydown.domain.uploads.upload import Upload
from staydown.notices.notice import NoticeKind
from staydown.services.misuse.decide_misuse import decide_misuse

from tests.faults.steps import SUSPEND, Scene, SceneFactory, in_sequence, sweep
from tests.support.actions import (
    VERIFIED,
    appeal_case,
    enforced_story,
    file_dismissal_appeal,
    file_unfounded_report,
    report,
    resolve_appeal,
)
from tests.support.interleavings import Interleaving, Task
from tests.support.sample_images import drawn
from tests.support.state_dump import StateDump, dump_state
from tests.support.world import World


def repeated_copies(world: World, times: int) -> Upload:
    """Upload a confirmed image `times` times from one account, hours apart; return the decided upload."""
    story = enforced_story(world, drawn(1))
    world.drain()
    for number in range(times):
        world.clock.advance(hours=1)
        world.upload("beta", "bob", drawn(1, flipped=number))
        world.drain()
    return story.upload


def simultaneous_strikes(world: World) -> Scene:
    """Two functions handle the events of two blocked uploads at once."""
    repeated_copies(world, 1)
    for number in (2, 3):
        world.upload("beta", "bob", drawn(1, flipped=number))
    world.publish()
    first, second = messages = [message for message in world.queue if message.kind == "misuse"]
    for message in messages:
        world.queue.remove(message)

    def check(state: StateDump, order: Interleaving) -> None:
        assert len(state.reviews) == 1
        assert [one.kind for one in state.notices].count(NoticeKind.WARNING) == 1

    return Scene({"one": lambda: world.handle(first), "two": lambda: world.handle(second)}, check)


def suspension_meets_an_appeal_that_removes_its_strikes(world: World) -> Scene:
    """No account stays suspended for uploads that are no longer blocked."""
    upload = repeated_copies(world, 3)
    (review_id,) = dump_state(world.cloud).reviews
    filed = appeal_case(world, upload)
    world.drain()

    def check(state: StateDump, order: Interleaving) -> None:
        assert not state.accounts["beta", "bob"].blocked

    return Scene(
        {
            "suspend": lambda: decide_misuse(
                world.stack, review_id=review_id, reviewer="ben", judgement=SUSPEND
            ),
            "appeal": in_sequence(lambda: resolve_appeal(world, filed), lambda: sweep(world)),
        },
        check,
    )


def two_decisions_about_one_account(world: World) -> Scene:
    repeated_copies(world, 3)
    (review_id,) = dump_state(world.cloud).reviews

    def decided(reviewer: str) -> Task:
        return lambda: decide_misuse(world.stack, review_id=review_id, reviewer=reviewer, judgement=SUSPEND)

    def check(state: StateDump, order: Interleaving) -> None:
        assert len({event.detail["id"] for event in world.events_of_type("misuse.decided")}) == 1
        assert len(state.accounts["beta", "bob"].blocks) == 1

    return Scene({"ben": decided("ben"), "eve": decided("eve")}, check)


def reporter_suspension_meets_an_appeal(world: World) -> Scene:
    """No reporter stays suspended with fewer dismissals than the threshold."""
    filed = [file_unfounded_report(world, seed) for seed in (1, 2, 3)]
    world.drain()
    (review_id,) = dump_state(world.cloud).reviews
    filed_appeal = file_dismissal_appeal(world, filed[0])
    world.drain()

    def check(state: StateDump, order: Interleaving) -> None:
        (reporter,) = state.verified_reporters.values()
        assert (reporter.strike_status.pending_review_id, reporter.strike_status.suspension_review_id) == (
            None,
            None,
        )

    return Scene(
        {
            "suspend": lambda: decide_misuse(
                world.stack, review_id=review_id, reviewer="ben", judgement=SUSPEND
            ),
            "appeal": lambda: resolve_appeal(world, filed_appeal),
        },
        check,
    )


def two_first_reports_of_one_account(world: World) -> Scene:
    """A verified account has one reporter id, even if its first two reports arrive together."""
    uploads = [world.upload("alpha", "ann", drawn(seed)) for seed in (1, 2)]

    def check(state: StateDump, order: Interleaving) -> None:
        assert len({one.verified_reporter_id for one in state.reports.values()}) == 1

    first, second = (lambda one=one: report(world, one, form=VERIFIED) for one in uploads)
    return Scene({"one": first, "two": second}, check)


PAIR_SCENES: list[SceneFactory] = [
    simultaneous_strikes,
    suspension_meets_an_appeal_that_removes_its_strikes,
    two_decisions_about_one_account,
    reporter_suspension_meets_an_appeal,
    two_first_reports_of_one_account,
]

LONG_SCENES: set[SceneFactory] = {
    suspension_meets_an_appeal_that_removes_its_strikes,
}

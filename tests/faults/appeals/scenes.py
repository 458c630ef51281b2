"""Pairs and crowds of concurrent tasks about appeals."""

from __future__ import annotations

from staydown.domain.cases.appeals import AppealOutcome
from staydown.domain.errors import StaydownError
from staydown.domain.uploads.upload import UploadState
from staydown.services.accounts import block_account, unblock_account
from staydown.services.reports.amend_report import withdraw_report

from tests.faults.steps import (
    STOPPED,
    Scene,
    SceneFactory,
    arrives,
    assert_uploads,
    in_sequence,
    open_case,
    reconcile,
    scan,
    sweep,
)
from tests.support.actions import (
    NOT_VIOLATING,
    appeal_case,
    decide,
    enforced_story,
    file_block_appeal,
    file_dismissal_appeal,
    file_match_appeal,
    report,
    report_and_decide,
    resolve_appeal,
)
from tests.support.interleavings import Interleaving
from tests.support.sample_images import drawn, drawn_hash
from tests.support.state_dump import StateDump
from tests.support.world import World


def two_reviewers_decide_one_appeal(world: World) -> Scene:
    story = enforced_story(world, drawn(1))
    filed = appeal_case(world, story.upload)
    world.drain()

    def check(state: StateDump, order: Interleaving) -> None:
        outcome = state.appeals[filed.appeal_id].outcome
        published = state.uploads[story.upload.upload_id].state is UploadState.PUBLISHED
        assert published == (outcome is AppealOutcome.GRANTED)
        assert sum(isinstance(result, StaydownError) for result in order.results.values()) == 1

    return Scene(
        {
            "cleo": lambda: resolve_appeal(world, filed, AppealOutcome.GRANTED, reviewer="cleo"),
            "dora": lambda: resolve_appeal(world, filed, AppealOutcome.DENIED, reviewer="dora"),
        },
        check,
    )


def reversal_meets_another_decision(world: World) -> Scene:
    """An appeal reverses a decision while another reviewer decides on a copy of the same image."""
    first = world.upload("alpha", "ann", drawn(1))
    report_and_decide(world, first)
    copy = world.upload("beta", "bob", drawn(1, copy=1))
    filed = appeal_case(world, first)
    case_id = open_case(world, copy)
    return Scene(
        {
            "appeal": in_sequence(lambda: resolve_appeal(world, filed), lambda: sweep(world)),
            "decide": lambda: decide(world, case_id, reviewer="ben"),
        },
        lambda state, order: assert_uploads(state, STOPPED, [copy]),
    )


def overturned_dismissal_meets_a_withdrawal(world: World) -> Scene:
    """One reporter's appeal restores a dismissed claim while the other reporter withdraws."""
    first, second = report(world, hashes=[drawn_hash(1)]), report(world, hashes=[drawn_hash(1)])
    held = world.upload("alpha", "ann", drawn(1, flipped=3))
    decide(world, first.cases[0].case_id, NOT_VIOLATING)
    world.drain()
    filed = file_dismissal_appeal(world, second)
    return Scene(
        {
            "appeal": in_sequence(lambda: resolve_appeal(world, filed), lambda: sweep(world)),
            "withdraw": lambda: withdraw_report(world.stack, first.report.case_number, first.secret),
        },
        lambda state, order: assert_uploads(state, STOPPED, [held]),
    )


def overturned_dismissal_meets_a_scan(world: World) -> Scene:
    """A copy is scanned while an appeal overturns the dismissal of the image: the copy is stopped."""
    upload = world.upload("alpha", "ann", drawn(1))
    filed = report(world, upload)
    decide(world, filed.cases[0].case_id, NOT_VIOLATING)
    world.drain()
    filed_appeal = file_dismissal_appeal(world, filed)
    copy = arrives(world, drawn(1, flipped=5))

    def check(state: StateDump, order: Interleaving) -> None:
        assert_uploads(state, STOPPED)

    return Scene({"scan": scan(world, copy), "appeal": lambda: resolve_appeal(world, filed_appeal)}, check)


def match_appeal_meets_a_reversal(world: World) -> Scene:
    """A match appeal is granted while another appeal reverses the decision behind the match."""
    story = enforced_story(world, drawn(1))
    world.drain()
    stopped = world.upload("beta", "bob", drawn(1, flipped=20))
    world.drain()
    filed, other = file_match_appeal(world, stopped), appeal_case(world, story.upload)
    return Scene(
        {
            "match appeal": lambda: resolve_appeal(world, filed),
            "case appeal": in_sequence(
                lambda: resolve_appeal(world, other, reviewer="dora"), lambda: sweep(world)
            ),
        },
        lambda state, order: assert_uploads(state, {UploadState.PUBLISHED}, [stopped, story.upload]),
    )


def match_appeal_meets_another_decision(world: World) -> Scene:
    """The reviewer of a match appeal decides another case whose entry blocks the same upload."""
    enforced_story(world, drawn(1))
    case_id = open_case(world, world.upload("alpha", "cat", drawn(1, flipped=40)))
    stopped = world.upload("beta", "bob", drawn(1, flipped=20))
    world.drain()
    filed = file_match_appeal(world, stopped)
    return Scene(
        {
            "appeal": lambda: resolve_appeal(world, filed, reviewer="ben"),
            "decide": in_sequence(lambda: decide(world, case_id, reviewer="ben"), lambda: sweep(world)),
        },
    )


def block_appeal_meets_its_lifting_and_another_block(world: World) -> Scene:
    """A granted appeal lifts the appealed block only, not the block that replaced it."""
    block_account(world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue")
    filed = file_block_appeal(world)
    world.drain()

    def block_again() -> object:
        unblock_account(world.stack, platform="alpha", account_id="ann", reviewer="sue")
        world.clock.advance(minutes=1)
        return block_account(world.stack, platform="alpha", account_id="ann", reason="more", reviewer="ben")

    def check(state: StateDump, order: Interleaving) -> None:
        (block,) = state.accounts["alpha", "ann"].blocks.values()
        assert block.set_by == "ben"
        assert state.appeals[filed.appeal_id].outcome is AppealOutcome.GRANTED

    return Scene({"decide": lambda: resolve_appeal(world, filed), "block again": block_again}, check)


def two_decisions_of_one_block_appeal(world: World) -> Scene:
    block_account(world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue")
    filed = file_block_appeal(world)
    world.drain()

    def check(state: StateDump, order: Interleaving) -> None:
        lifted = state.appeals[filed.appeal_id].outcome is AppealOutcome.GRANTED
        assert state.accounts["alpha", "ann"].blocked != lifted
        assert len(world.events_of_type("appeal.decided")) == 1

    return Scene(
        {
            "cleo": lambda: resolve_appeal(world, filed),
            "dora": lambda: resolve_appeal(world, filed, AppealOutcome.DENIED, reviewer="dora"),
        },
        check,
    )


def decision_appeal_and_two_scans(world: World) -> Scene:
    """One decision is reversed, another is made, and copies of both images arrive."""
    story = enforced_story(world, drawn(1))
    filed = appeal_case(world, story.upload)
    case_id = open_case(world, world.upload("alpha", "eve", drawn(2)))
    one, two = arrives(world, drawn(1, flipped=5)), arrives(world, drawn(2, flipped=5), "cat")

    def check(state: StateDump, order: Interleaving) -> None:
        states = {upload.account_id: upload.state for upload in state.uploads.values()}
        assert states["ann"] is states["bob"] is UploadState.PUBLISHED
        assert {states["eve"], states["cat"]} <= STOPPED

    return Scene(
        {
            "appeal": in_sequence(lambda: resolve_appeal(world, filed), lambda: sweep(world)),
            "decide": in_sequence(lambda: decide(world, case_id, reviewer="ben"), lambda: sweep(world)),
            "one": scan(world, one),
            "two": scan(world, two),
        },
        check,
    )


def two_decisions_and_a_reversal_of_one_upload(world: World) -> Scene:
    upload = world.upload("alpha", "ann", drawn(1))
    first = report_and_decide(world, upload)
    world.drain()
    filed = appeal_case(world, upload, first.case_id)
    second = open_case(world, upload)
    return Scene(
        {
            "appeal": in_sequence(lambda: resolve_appeal(world, filed), lambda: sweep(world)),
            "decide": lambda: decide(world, second, reviewer="ben"),
            "reconcile": reconcile(world, upload.upload_id),
        },
        lambda state, order: assert_uploads(state, STOPPED, [upload]),
    )


PAIR_SCENES: list[SceneFactory] = [
    two_reviewers_decide_one_appeal,
    reversal_meets_another_decision,
    overturned_dismissal_meets_a_withdrawal,
    overturned_dismissal_meets_a_scan,
    match_appeal_meets_a_reversal,
    match_appeal_meets_another_decision,
    block_appeal_meets_its_lifting_and_another_block,
    two_decisions_of_one_block_appeal,
]

LONG_SCENES: set[SceneFactory] = {
    reversal_meets_another_decision,
    match_appeal_meets_a_reversal,
}

CROWD_SCENES: list[SceneFactory] = [
    decision_appeal_and_two_scans,
    two_decisions_and_a_reversal_of_one_upload,
]

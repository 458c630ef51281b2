"""Pairs of concurrent tasks about review."""

from __future__ import annotations

from collections.abc import Callable

from staydown.domain.errors import StaydownError
from staydown.domain.uploads.upload import Upload, UploadState
from staydown.services.access.cases import Viewer
from staydown.services.reports.amend_report import withdraw_report
from staydown.services.review.add_note import add_note
from staydown.services.review.review_queue import claim_case
from staydown.services.review.split_case import split_case

from tests.faults.steps import STOPPED, Scene, SceneFactory, assert_uploads, open_case
from tests.support.actions import (
    NOT_VIOLATING,
    decide,
    report,
    report_and_decide,
)
from tests.support.interleavings import Interleaving, Task
from tests.support.sample_images import drawn
from tests.support.state_dump import StateDump
from tests.support.world import World


def overdue_case(world: World) -> tuple[Upload, str]:
    upload = world.upload("alpha", "ann", drawn(1))
    case_id = open_case(world, upload)
    world.clock.advance(hours=48)
    return upload, case_id


def split_meets(world: World, act: Callable[[str, Upload], object]) -> Scene:
    """Split the case of two similar images while `act` changes the same case."""
    ann = world.upload("alpha", "ann", drawn(1))
    bob = world.upload("beta", "bob", drawn(1, flipped=25))
    case_id = open_case(world, ann)
    assert open_case(world, bob) == case_id
    claim_case(world.stack, case_id=case_id, reviewer="ada")
    world.drain()
    case = world.stack.cases.get_case(case_id)
    assert case is not None

    def split() -> object:
        return split_case(
            world.stack,
            case_id=case_id,
            reviewer="ada",
            upload_ids=[bob.upload_id],
            expected_revision=case.revision,
        )

    def check(state: StateDump, order: Interleaving) -> None:
        was_split = not isinstance(order.results["split"], StaydownError)
        together = {frozenset(one.uploads) for one in state.cases.values()}
        assert (frozenset({ann.upload_id, bob.upload_id}) in together) != was_split
        removed = {one.upload_id for one in state.uploads.values() if one.state in STOPPED}
        if was_split:
            assert bob.upload_id not in removed

    return Scene({"split": split, "other": lambda: act(case_id, bob)}, check)


def two_reviewers_decide_one_case(world: World) -> Scene:
    case_id = open_case(world, world.upload("alpha", "ann", drawn(1)))

    def check(state: StateDump, order: Interleaving) -> None:
        decision = state.cases[case_id].decision
        assert decision is not None
        rejected = [name for name, result in order.results.items() if isinstance(result, StaydownError)]
        assert len(rejected) == 1
        assert decision.reviewer not in rejected

    return Scene(
        {
            "ada": lambda: decide(world, case_id, reviewer="ada"),
            "ben": lambda: decide(world, case_id, NOT_VIOLATING, reviewer="ben"),
        },
        check,
    )


def two_cases_of_one_upload_are_decided(world: World) -> Scene:
    """The second report opens a second case because the first case was already decided."""
    upload = world.upload("alpha", "ann", drawn(1))
    report_and_decide(world, upload, outcome=NOT_VIOLATING)
    other = world.upload("alpha", "ann", drawn(1, flipped=40))
    one, two = open_case(world, upload), open_case(world, other)
    return Scene({"one": lambda: decide(world, one), "two": lambda: decide(world, two)})


def claim_meets_decision(world: World) -> Scene:
    case_id = open_case(world, world.upload("alpha", "ann", drawn(1)))

    def check(state: StateDump, order: Interleaving) -> None:
        case = state.cases[case_id]
        claimed = not isinstance(order.results["claim"], StaydownError)
        assert ("ben" in case.participants) == claimed

    return Scene(
        {
            "claim": lambda: claim_case(world.stack, case_id=case_id, reviewer="ben"),
            "decide": lambda: decide(world, case_id),
        },
        check,
    )


def deadline_meets_dismissal(world: World) -> Scene:
    """The deadline passes while a reviewer dismisses the case: nothing stays hidden in either order."""
    upload, case_id = overdue_case(world)
    return Scene(
        {"watch": world.watch_deadlines, "decide": lambda: decide(world, case_id, NOT_VIOLATING)},
        lambda state, order: assert_uploads(state, {UploadState.PUBLISHED}, [upload]),
    )


def two_deadline_runs(world: World) -> Scene:
    """Two deadline runs overlap, as when one takes longer than a minute."""
    upload, _ = overdue_case(world)
    return Scene(
        {"first": world.watch_deadlines, "second": world.watch_deadlines},
        lambda state, order: assert_uploads(state, {UploadState.HELD}, [upload]),
    )


def deadline_meets_withdrawal(world: World) -> Scene:
    upload = world.upload("alpha", "ann", drawn(1))
    filed = report(world, upload)
    world.drain()
    world.clock.advance(hours=48)
    return Scene(
        {
            "watch": world.watch_deadlines,
            "withdraw": lambda: withdraw_report(world.stack, filed.report.case_number, filed.secret),
        },
        lambda state, order: assert_uploads(state, {UploadState.PUBLISHED}, [upload]),
    )


def two_notes_on_one_case(world: World) -> Scene:
    """The second note does not overwrite the first."""
    case_id = open_case(world, world.upload("alpha", "ann", drawn(1)))

    def note(by: str) -> Task:
        return lambda: add_note(world.stack, case_id=case_id, viewer=Viewer(by), text=f"from {by}")

    def check(state: StateDump, order: Interleaving) -> None:
        assert sorted(one.author for one in state.cases[case_id].notes) == ["ada", "ben"]

    return Scene({"one": note("ada"), "other": note("ben")}, check)


def split_meets_the_decision(world: World) -> Scene:
    return split_meets(world, lambda case_id, bob: decide(world, case_id))


def split_meets_a_report_of_the_image(world: World) -> Scene:
    return split_meets(world, lambda case_id, bob: report(world, bob))


def split_meets_the_deadline(world: World) -> Scene:
    scene = split_meets(world, lambda case_id, bob: world.watch_deadlines())
    world.clock.advance(hours=47)
    return scene


PAIR_SCENES: list[SceneFactory] = [
    two_reviewers_decide_one_case,
    two_cases_of_one_upload_are_decided,
    claim_meets_decision,
    deadline_meets_dismissal,
    two_deadline_runs,
    deadline_meets_withdrawal,
    two_notes_on_one_case,
    split_meets_the_decision,
    split_meets_a_report_of_the_image,
    split_meets_the_deadline,
]

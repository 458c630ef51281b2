"""Pairs of concurrent tasks about reports."""

from __future__ import annotations

from staydown.domain.uploads.upload import UploadState
from staydown.services.reports.amend_report import withdraw_report

from tests.faults.steps import Scene, SceneFactory, assert_uploads, in_sequence, open_case, sweep
from tests.support.actions import (
    INCOMPLETE,
    decide,
    report,
)
from tests.support.interleavings import Interleaving
from tests.support.sample_images import drawn, drawn_hash
from tests.support.state_dump import StateDump
from tests.support.world import World


def two_reports_of_one_image(world: World) -> Scene:
    upload = world.upload("alpha", "ann", drawn(1))

    def check(state: StateDump, order: Interleaving) -> None:
        (case,) = state.cases.values()
        assert len(case.reports) == 2

    return Scene({"jane": lambda: report(world, upload), "joan": lambda: report(world, upload)}, check)


def two_people_claim_one_hash(world: World) -> Scene:
    def check(state: StateDump, order: Interleaving) -> None:
        (case,) = state.cases.values()
        (entry,) = state.entries.values()
        assert len(case.reports) == len(entry.supports) == 2

    def claim() -> object:
        return report(world, hashes=[drawn_hash(1)])

    return Scene({"jane": claim, "joan": claim}, check)


def reports_of_two_uploads_of_one_image(world: World) -> Scene:
    """Two people report two uploads of the same file at once: both reports join one case."""
    one, other = (world.upload("alpha", name, drawn(1, copy=n)) for n, name in enumerate(["ann", "eve"]))

    def check(state: StateDump, order: Interleaving) -> None:
        (case,) = state.cases.values()
        assert (len(case.uploads), len(case.reports)) == (2, 2)

    return Scene({"first": lambda: report(world, one), "second": lambda: report(world, other)}, check)


def two_reports_of_two_copies(world: World) -> Scene:
    """Simultaneous reports of two copies open one case or two; neither report is lost."""
    one, other = (world.upload("alpha", name, drawn(1, flipped=n)) for n, name in [(0, "ann"), (9, "eve")])

    def check(state: StateDump, order: Interleaving) -> None:
        cases = list(state.cases.values())
        assert sum(len(case.uploads) for case in cases) == sum(len(case.reports) for case in cases) == 2
        assert len(cases) in {1, 2}

    return Scene({"first": lambda: report(world, one), "second": lambda: report(world, other)}, check)


def report_of_a_copy_meets_the_decision(world: World) -> Scene:
    """The reported copy is decided with the case that it joins, or opens its own case."""
    case_id = open_case(world, world.upload("alpha", "ann", drawn(1)))
    copy = world.upload("alpha", "eve", drawn(1, flipped=9))

    def check(state: StateDump, order: Interleaving) -> None:
        joined = copy.upload_id in state.cases[case_id].uploads
        (mine,) = state.uploads[copy.upload_id].cases
        assert joined == (mine == case_id)
        assert joined or state.cases[mine].undecided
        assert_uploads(state, {UploadState.REMOVED}, [copy])

    decided = in_sequence(lambda: decide(world, case_id), lambda: sweep(world))
    return Scene({"report": lambda: report(world, copy), "decide": decided}, check)


def claim_meets_the_withdrawal_of_a_shield(world: World) -> Scene:
    """The account holder withdraws their own claim while the person shown claims the image."""
    upload = world.upload("alpha", "mallory", drawn(1))
    cover = report(world, upload, hashes=[drawn_hash(1)], form=INCOMPLETE)
    world.drain()

    def check(state: StateDump, order: Interleaving) -> None:
        (case,) = [case for case in state.cases.values() if case.undecided]
        assert case.uploads == (upload.upload_id,)
        assert case.deadline is not None

    return Scene(
        {
            "claim": in_sequence(
                lambda: report(world, hashes=[drawn_hash(1, flipped=10)]), lambda: sweep(world)
            ),
            "withdraw": lambda: withdraw_report(world.stack, cover.report.case_number, cover.secret),
        },
        check,
    )


PAIR_SCENES: list[SceneFactory] = [
    two_reports_of_one_image,
    two_people_claim_one_hash,
    reports_of_two_uploads_of_one_image,
    two_reports_of_two_copies,
    report_of_a_copy_meets_the_decision,
    claim_meets_the_withdrawal_of_a_shield,
]

LONG_SCENES: set[SceneFactory] = {
    claim_meets_the_withdrawal_of_a_shield,
}

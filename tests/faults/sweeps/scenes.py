"""Pairs and crowds of concurrent tasks about sweeps and the content log."""

from __future__ import annotations

from staydown.domain.uploads.sweeps import PLAN_PART
from staydown.domain.uploads.upload import UploadState
from staydown.services.bank.bank_view import BankView
from staydown.services.sweeps.sweep_bank import run_sweep_part, start_sweep

from tests.faults.steps import (
    STOPPED,
    Scene,
    SceneFactory,
    arrives,
    assert_uploads,
    in_sequence,
    no_check,
    open_case,
    run_sweep,
    scan,
    sweep,
    upload_in_a_closed_hour,
)
from tests.support.actions import (
    decide,
    enforced_story,
    report_and_decide,
)
from tests.support.interleavings import Interleaving
from tests.support.sample_images import drawn
from tests.support.state_dump import StateDump
from tests.support.world import Message, World


def published_messages(world: World) -> list[Message]:
    world.publish()
    return list(world.queue)


def two_sweeps_of_one_change(world: World) -> Scene:
    upload = world.upload("alpha", "ann", drawn(1))
    world.upload("beta", "bob", drawn(1, flipped=7))
    case = report_and_decide(world, upload)
    sweep_id = start_sweep(world.stack, case.banked_entries, 1)

    def swept() -> object:
        run_sweep(world, sweep_id)
        return None

    return Scene({"one": swept, "two": swept}, no_check)


def slow_scan_meets_compaction(world: World) -> Scene:
    """An upload is registered in an hour while that hour is closed and compacted."""
    copy = upload_in_a_closed_hour(world)
    late = arrives(world, drawn(1, flipped=9), "cat")

    def check(state: StateDump, order: Interleaving) -> None:
        assert_uploads(state, {UploadState.PUBLISHED})

    return Scene({"scan": scan(world, late, copy.received_at), "compact": world.compact_content_log}, check)


def sweep_meets_compaction(world: World) -> Scene:
    """The file that a sweep is about to read is compacted."""
    copy = upload_in_a_closed_hour(world)
    story = enforced_story(world, drawn(1))
    world.publish()
    return Scene(
        {"sweep": lambda: sweep(world), "compact": world.compact_content_log},
        lambda state, order: assert_uploads(state, {UploadState.REMOVED}, [copy, story.upload]),
    )


def sweep_meets_file_deletion(world: World) -> Scene:
    """The file that a sweep is about to read was compacted earlier and is deleted now."""
    copy = upload_in_a_closed_hour(world)
    world.compact_content_log()
    other = world.upload("beta", "cat", drawn(1, flipped=8))
    world.clock.advance(hours=1, minutes=10)
    world.compact_content_log()
    enforced_story(world, drawn(1))
    message = next(m for m in published_messages(world) if m.kind == "sweep")
    sweep_id = start_sweep(world.stack, message.body[1:], message.body[0])
    run_sweep_part(world.stack, BankView(world.stack), sweep_id, PLAN_PART.name)
    world.clock.advance(days=1)

    def finish_sweep() -> object:
        run_sweep(world, sweep_id)
        return None

    return Scene(
        {"sweep": finish_sweep, "compact": world.compact_content_log},
        lambda state, order: assert_uploads(state, {UploadState.REMOVED}, [copy, other]),
    )


def two_compactions(world: World) -> Scene:
    upload_in_a_closed_hour(world)
    return Scene({"one": world.compact_content_log, "two": world.compact_content_log})


def two_file_deletions(world: World) -> Scene:
    upload_in_a_closed_hour(world)
    world.compact_content_log()
    world.clock.advance(days=1)
    return Scene({"one": world.compact_content_log, "two": world.compact_content_log})


def late_scan_compaction_decision_and_sweep(world: World) -> Scene:
    """A copy is registered late, into an hour under compaction, while the image is decided and swept."""
    early = upload_in_a_closed_hour(world)
    case_id = open_case(world, world.upload("alpha", "ann", drawn(1)))
    late = arrives(world, drawn(1, flipped=9), "cat")

    def check(state: StateDump, order: Interleaving) -> None:
        assert_uploads(state, STOPPED)

    return Scene(
        {
            "scan": scan(world, late, early.received_at),
            "compact": world.compact_content_log,
            "decide": in_sequence(lambda: decide(world, case_id), lambda: sweep(world)),
        },
        check,
    )


PAIR_SCENES: list[SceneFactory] = [
    two_sweeps_of_one_change,
    slow_scan_meets_compaction,
    sweep_meets_compaction,
    sweep_meets_file_deletion,
    two_compactions,
    two_file_deletions,
]

LONG_SCENES: set[SceneFactory] = {
    two_sweeps_of_one_change,
}

CROWD_SCENES: list[SceneFactory] = [
    late_scan_compaction_decision_and_sweep,
]

"""Pairs and crowds of concurrent tasks about uploads."""

from __future__ import annotations

from dataclasses import replace

from staydown.domain.uploads.upload import UploadState
from staydown.services.accounts import block_account
from staydown.services.notices.publish_events import publish_events
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
    report,
    report_and_decide,
    resolve_appeal,
)
from tests.support.interleavings import Interleaving
from tests.support.sample_images import drawn, drawn_hash
from tests.support.state_dump import StateDump
from tests.support.world import World


def scan_meets_decision(world: World) -> Scene:
    """A copy is scanned while a reviewer decides on the image."""
    case_id = open_case(world, world.upload("alpha", "ann", drawn(1)))
    copy = arrives(world, drawn(1, flipped=5))

    def check(state: StateDump, order: Interleaving) -> None:
        assert_uploads(state, STOPPED)

    return Scene({"scan": scan(world, copy), "decide": lambda: decide(world, case_id)}, check)


def scan_meets_decision_and_sweep(world: World) -> Scene:
    scene = scan_meets_decision(world)
    decided = in_sequence(scene.tasks["decide"], lambda: sweep(world))
    return Scene({**scene.tasks, "decide": decided}, scene.check)


def scan_meets_decision_about_itself(world: World) -> Scene:
    """An upload is scanned again while a reviewer decides on that same upload."""
    message = arrives(world, drawn(1))
    upload = world.scan_one(message)
    world.drain()
    case_id = open_case(world, upload)

    def check(state: StateDump, order: Interleaving) -> None:
        assert_uploads(state, {UploadState.REMOVED})

    return Scene({"scan": scan(world, message), "decide": lambda: decide(world, case_id)}, check)


def scan_meets_its_second_delivery(world: World) -> Scene:
    message = arrives(world, drawn(1))

    def check(state: StateDump, order: Interleaving) -> None:
        assert [upload.state for upload in state.uploads.values()] == [UploadState.PUBLISHED]

    return Scene({"first": scan(world, message), "second": scan(world, message)}, check)


def scan_of_a_blocked_image_meets_its_second_delivery(world: World) -> Scene:
    report_and_decide(world, world.upload("alpha", "ann", drawn(1)))
    world.drain()
    message = arrives(world, drawn(1, flipped=3))

    def check(state: StateDump, order: Interleaving) -> None:
        assert_uploads(state, STOPPED)

    return Scene({"first": scan(world, message), "second": scan(world, message)}, check)


def scan_meets_granted_appeal(world: World) -> Scene:
    """A copy of a confirmed image is scanned while an appeal reverses the decision."""
    story = enforced_story(world, drawn(1))
    filed = appeal_case(world, story.upload)
    world.drain()
    copy = arrives(world, drawn(1, flipped=5))

    def check(state: StateDump, order: Interleaving) -> None:
        assert_uploads(state, {UploadState.PUBLISHED})

    granted = in_sequence(lambda: resolve_appeal(world, filed), lambda: sweep(world))
    return Scene({"scan": scan(world, copy), "appeal": granted}, check)


def scan_meets_a_claim(world: World) -> Scene:
    """An image is scanned while a reporter claims it by its hash."""
    copy = arrives(world, drawn(1, flipped=5))
    claimed = in_sequence(lambda: report(world, hashes=[drawn_hash(1)]), lambda: sweep(world))
    return Scene({"scan": scan(world, copy), "claim": claimed})


def reconciliation_meets_a_claim(world: World) -> Scene:
    """A released upload is reconciled while a reporter claims the image by its hash."""
    upload = world.upload("beta", "bob", drawn(1))
    filed = report(world, upload)
    decide(world, filed.cases[0].case_id)
    world.drain()
    resolve_appeal(world, appeal_case(world, upload))
    world.publish()
    world.queue = type(world.queue)(m for m in world.queue if m.kind != "reconcile")
    claimed = in_sequence(lambda: report(world, hashes=[drawn_hash(1, flipped=2)]), lambda: sweep(world))
    return Scene({"reconcile": reconcile(world, upload.upload_id), "claim": claimed})


def scan_meets_a_withdrawal(world: World) -> Scene:
    """A claimed image is scanned while its reporter withdraws the claim."""
    filed = report(world, hashes=[drawn_hash(1)])
    world.drain()
    copy = arrives(world, drawn(1, flipped=5))
    withdrawn = in_sequence(
        lambda: withdraw_report(world.stack, filed.report.case_number, filed.secret), lambda: sweep(world)
    )

    def check(state: StateDump, order: Interleaving) -> None:
        assert_uploads(state, {UploadState.PUBLISHED})

    return Scene({"scan": scan(world, copy), "withdraw": withdrawn}, check)


def scan_meets_a_manual_block(world: World) -> Scene:
    message = arrives(world, drawn(1))

    def check(state: StateDump, order: Interleaving) -> None:
        (upload,) = state.uploads.values()
        assert upload.state in {UploadState.PUBLISHED, UploadState.REJECTED}

    def block() -> object:
        return block_account(world.stack, platform="beta", account_id="bob", reason="spam", reviewer="sue")

    return Scene({"scan": scan(world, message), "block": block}, check)


def removal_meets_reconciliation(world: World) -> Scene:
    """An upload is reconciled after its publication while a decision removes it."""
    upload = world.upload("alpha", "ann", drawn(1))
    case_id = open_case(world, upload)

    def check(state: StateDump, order: Interleaving) -> None:
        assert_uploads(state, {UploadState.REMOVED}, [upload])

    return Scene(
        {"reconcile": reconcile(world, upload.upload_id), "decide": lambda: decide(world, case_id)}, check
    )


def removal_meets_a_republication(world: World) -> Scene:
    """A released upload is published again while another case removes it."""
    upload = world.upload("alpha", "ann", drawn(1))
    first = report_and_decide(world, upload)
    world.drain()
    second = open_case(world, upload)
    resolve_appeal(world, appeal_case(world, upload, first.case_id))

    def check(state: StateDump, order: Interleaving) -> None:
        assert_uploads(state, {UploadState.REMOVED}, [upload])

    return Scene(
        {"reconcile": reconcile(world, upload.upload_id), "decide": lambda: decide(world, second)}, check
    )


def removal_and_its_event_meet_a_republication(world: World) -> Scene:
    """As above, and the removal event is handled at once: no later event corrects the republication."""
    scene = removal_meets_a_republication(world)

    def handle_event() -> object:
        publish_events(world.stack, world.outbox())
        messages = [message for message in world.queue if message.kind == "reconcile"]
        for message in messages:
            world.queue.remove(message)
        for message in messages:
            reconcile(world, message.body[0])()
        return None

    return Scene({**scene.tasks, "decide": in_sequence(scene.tasks["decide"], handle_event)}, scene.check)


def held_upload_is_judged_during_reconciliation(world: World) -> Scene:
    filed = report(world, hashes=[drawn_hash(1)])
    world.drain()
    message = arrives(world, drawn(1, flipped=5))
    upload = world.scan_one(message)
    case_id = filed.cases[0].case_id
    return Scene(
        {"reconcile": reconcile(world, upload.upload_id), "decide": lambda: decide(world, case_id)},
        lambda state, order: assert_uploads(state, {UploadState.BLOCKED}, [upload]),
    )


def held_upload_is_released_during_reconciliation(world: World) -> Scene:
    filed = report(world, hashes=[drawn_hash(1)])
    world.drain()
    upload = world.scan_one(arrives(world, drawn(1, flipped=5)))
    case_id = filed.cases[0].case_id
    return Scene(
        {
            "reconcile": reconcile(world, upload.upload_id),
            "decide": lambda: decide(world, case_id, NOT_VIOLATING),
        },
        lambda state, order: assert_uploads(state, {UploadState.PUBLISHED}, [upload]),
    )


def two_copies_join_one_case(world: World) -> Scene:
    report(world, hashes=[drawn_hash(1)])
    world.drain()
    one, two = arrives(world, drawn(1, flipped=5)), arrives(world, drawn(1, flipped=9))

    def check(state: StateDump, order: Interleaving) -> None:
        (case,) = state.cases.values()
        assert len(case.uploads) == 2
        assert_uploads(state, {UploadState.HELD})

    return Scene({"one": scan(world, one), "two": scan(world, two)}, check)


def scan_decision_sweep_and_second_delivery(world: World) -> Scene:
    case_id = open_case(world, world.upload("alpha", "ann", drawn(1)))
    world.upload("alpha", "eve", drawn(1, flipped=31))
    copy = arrives(world, drawn(1, flipped=5))

    def check(state: StateDump, order: Interleaving) -> None:
        assert_uploads(state, STOPPED)

    return Scene(
        {
            "scan": scan(world, copy),
            "again": scan(world, replace(copy, attempt=2)),
            "decide": lambda: decide(world, case_id),
            "sweep": lambda: sweep(world),
        },
        check,
    )


def claim_withdrawal_and_decision(world: World) -> Scene:
    """One of two claimants withdraws while a reviewer decides and a copy arrives."""
    first, second = report(world, hashes=[drawn_hash(1)]), report(world, hashes=[drawn_hash(1)])
    world.drain()
    world.upload("alpha", "ann", drawn(1, flipped=2))
    world.drain()
    copy = arrives(world, drawn(1, flipped=5))
    case_id = second.cases[0].case_id

    def withdraw() -> object:
        return withdraw_report(world.stack, first.report.case_number, first.secret)

    def check(state: StateDump, order: Interleaving) -> None:
        assert_uploads(state, STOPPED)

    return Scene(
        {"withdraw": withdraw, "decide": lambda: decide(world, case_id), "scan": scan(world, copy)}, check
    )


def everything_about_one_image(world: World) -> Scene:
    """A copy is claimed, near a confirmed and appealed image, and scanned twice; its account is blocked."""
    story = enforced_story(world, drawn(1))
    filed = appeal_case(world, story.upload)
    report(world, hashes=[drawn_hash(1, flipped=60)])
    world.drain()
    copy = arrives(world, drawn(1, flipped=40))
    return Scene(
        {
            "scan": scan(world, copy),
            "again": scan(world, replace(copy, attempt=2)),
            "appeal": in_sequence(lambda: resolve_appeal(world, filed), lambda: sweep(world)),
            "claim": in_sequence(
                lambda: report(world, hashes=[drawn_hash(1, flipped=39)]), lambda: sweep(world)
            ),
            "block": lambda: block_account(
                world.stack, platform="beta", account_id="bob", reason="spam", reviewer="sue"
            ),
        }
    )


PAIR_SCENES: list[SceneFactory] = [
    scan_meets_decision,
    scan_meets_decision_and_sweep,
    scan_meets_decision_about_itself,
    scan_meets_its_second_delivery,
    scan_of_a_blocked_image_meets_its_second_delivery,
    scan_meets_granted_appeal,
    scan_meets_a_claim,
    reconciliation_meets_a_claim,
    scan_meets_a_withdrawal,
    scan_meets_a_manual_block,
    removal_meets_reconciliation,
    removal_meets_a_republication,
    removal_and_its_event_meet_a_republication,
    held_upload_is_judged_during_reconciliation,
    held_upload_is_released_during_reconciliation,
    two_copies_join_one_case,
]

LONG_SCENES: set[SceneFactory] = {
    reconciliation_meets_a_claim,
}

CROWD_SCENES: list[SceneFactory] = [
    scan_decision_sweep_and_second_delivery,
    claim_withdrawal_and_decision,
    everything_about_one_image,
]

"""Pairs of concurrent tasks about retention, legal holds and audit records."""

from __future__ import annotations

from staydown.domain.audit.actors import REPORTER, Actor
from staydown.services.retention.legal_hold import LegalHoldReason, place_legal_hold, release_legal_hold
from staydown.services.retention.request_erasure import request_erasure

from tests.faults.steps import Scene, SceneFactory, reconcile
from tests.support.actions import (
    appeal_case,
    enforced_story,
)
from tests.support.interleavings import Interleaving, Task
from tests.support.sample_images import drawn
from tests.support.state_dump import StateDump
from tests.support.world import World


def erasure_meets_a_legal_hold(world: World) -> Scene:
    """The image is kept by the hold, or was erased before the hold was placed."""
    story = enforced_story(world, drawn(1))
    world.drain()
    world.clock.advance(days=191)

    def check(state: StateDump, order: Interleaving) -> None:
        upload = state.uploads[story.upload.upload_id]
        case = state.cases[story.case.case_id]
        assert case.legal_hold is not None
        quarantined = state.objects[world.cloud.settings.quarantine_bucket]
        assert (upload.upload_id in quarantined) != (upload.erased_at is not None)

    def hold() -> object:
        return place_legal_hold(
            world.stack, story.case.case_id, actor=Actor.reviewer("sue"), reason=LegalHoldReason.COURT
        )

    return Scene({"retain": world.apply_retention, "hold": hold}, check)


def erasure_meets_an_appeal(world: World) -> Scene:
    """The image is kept for the appeal, or was erased on request before the appeal was filed."""
    story = enforced_story(world, drawn(1))
    world.drain()
    request_erasure(world.stack, story.case.case_id, actor=Actor.reviewer("sue"))
    world.clock.advance(minutes=1)

    def check(state: StateDump, order: Interleaving) -> None:
        upload = state.uploads[story.upload.upload_id]
        quarantined = state.objects[world.cloud.settings.quarantine_bucket]
        assert (upload.upload_id in quarantined) != (upload.erased_at is not None)

    return Scene({"retain": world.apply_retention, "appeal": lambda: appeal_case(world, story.upload)}, check)


def erasure_meets_reconciliation(world: World) -> Scene:
    """A move of the image during its erasure does not bring the image back."""
    story = enforced_story(world, drawn(1))
    request_erasure(world.stack, story.case.case_id, actor=Actor.reviewer("sue"))
    world.clock.advance(minutes=1)

    def check(state: StateDump, order: Interleaving) -> None:
        kept = {world.cloud.settings.bank_bucket, world.cloud.settings.anchors_bucket}
        for bucket, objects in state.objects.items():
            assert bucket in kept or not objects, bucket

    return Scene(
        {"retain": world.apply_retention, "reconcile": reconcile(world, story.upload.upload_id)}, check
    )


def two_people_release_a_legal_hold(world: World) -> Scene:
    """Two people release a hold at once: one requests, the other confirms, nobody does both."""
    case_id = enforced_story(world, drawn(1)).case.case_id
    world.drain()
    place_legal_hold(world.stack, case_id, actor=REPORTER, reason=LegalHoldReason.POLICE)

    def release(by: str) -> Task:
        return lambda: release_legal_hold(world.stack, case_id, actor=Actor.reviewer(by))

    def check(state: StateDump, order: Interleaving) -> None:
        assert state.cases[case_id].legal_hold is None
        records = state.chains[f"case:{case_id}"]
        requested = {record.actor for record in records if record.action == "case.release_asked"}
        confirmed = {record.actor for record in records if record.action == "case.released"}
        assert requested | confirmed == {"sue", "noor"}
        assert requested.isdisjoint(confirmed)

    return Scene({"one": release("sue"), "other": release("noor")}, check)


PAIR_SCENES: list[SceneFactory] = [
    erasure_meets_a_legal_hold,
    erasure_meets_an_appeal,
    erasure_meets_reconciliation,
    two_people_release_a_legal_hold,
]

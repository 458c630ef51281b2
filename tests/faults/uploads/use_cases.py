"""Use cases about uploads, prepared up to the call under test."""

from __future__ import annotations

from staydown.services.notices.publish_events import publish_events

from tests.faults.steps import (
    Action,
    UseCase,
    close_hour,
    deliver_message,
    next_message,
    scan_of,
)
from tests.support.actions import (
    appeal_case,
    enforced_story,
    report,
    resolve_appeal,
)
from tests.support.sample_images import NOT_AN_IMAGE, drawn, drawn_hash
from tests.support.world import World


def scan_of_an_innocent_image(world: World) -> Action:
    enforced_story(world, drawn(7))
    world.drain()
    return scan_of(world, drawn(1))


def scan_of_a_judged_image(world: World) -> Action:
    enforced_story(world, drawn(1))
    world.drain()
    return scan_of(world, drawn(1, flipped=3))


def scan_of_a_near_image(world: World) -> Action:
    enforced_story(world, drawn(1))
    world.drain()
    return scan_of(world, drawn(1, flipped=40))


def scan_of_a_claimed_image(world: World) -> Action:
    report(world, hashes=[drawn_hash(1)])
    world.drain()
    return scan_of(world, drawn(1, flipped=3))


def scan_of_an_invalid_file(world: World) -> Action:
    return scan_of(world, NOT_AN_IMAGE)


def scan_into_a_closed_hour(world: World) -> Action:
    """The upload was registered before its hour was compacted; its message arrives again afterwards."""
    message = world.put("beta", "bob", drawn(1))
    world.queue.remove(message)
    world.scan_one(message)
    world.drain()
    close_hour(world)
    world.compact_content_log()
    return deliver_message(world, message)


def reconciliation_of_a_released_image(world: World) -> Action:
    story = enforced_story(world, drawn(1))
    world.drain()
    resolve_appeal(world, appeal_case(world, story.upload))
    return next_message(world, "reconcile")


def reconciliation_of_a_removed_image(world: World) -> Action:
    enforced_story(world, drawn(1))
    return next_message(world, "reconcile")


def publishing_of_events(world: World) -> Action:
    enforced_story(world, drawn(1))

    def act(attempt: int) -> object:
        # The stream repeats the same records until all of them are published.
        assert publish_events(world.stack, world.outbox()) == set()
        return None

    return act


USE_CASES: list[UseCase] = [
    scan_of_an_innocent_image,
    scan_of_a_judged_image,
    scan_of_a_near_image,
    scan_of_a_claimed_image,
    scan_of_an_invalid_file,
    scan_into_a_closed_hour,
    reconciliation_of_a_released_image,
    reconciliation_of_a_removed_image,
    publishing_of_events,
]

"""Use cases about sweeps and the content log, prepared up to the call under test."""

from __future__ import annotations

from staydown.domain.uploads.sweeps import SweepPartKind
from staydown.services.reports.amend_report import withdraw_report

from tests.faults.steps import Action, UseCase, close_hour, deliver_message, next_message
from tests.support.actions import (
    INCOMPLETE,
    appeal_case,
    enforced_story,
    report,
    resolve_appeal,
)
from tests.support.sample_images import drawn, drawn_hash
from tests.support.world import World


def published_copies(world: World, *flipped: int) -> None:
    for number, bits in enumerate(flipped):
        world.upload("beta", f"bob{number}", drawn(1, flipped=bits, copy=number))
    world.drain()


def one_sweep_part(world: World, kind: SweepPartKind) -> Action:
    """Plan a sweep and return the first of its parts of this kind; the other parts stay in the queue."""
    message = next_message(world, "sweep")
    message(1)
    parts = [m for m in world.queue if m.kind == "part" and m.body[1].startswith(kind)]
    world.queue.remove(parts[0])
    return deliver_message(world, parts[0])


def sweep_after_a_decision(world: World) -> Action:
    for number, bits in enumerate([3, 20, 40]):
        world.upload("beta", f"bob{number}", drawn(1, flipped=bits))
    enforced_story(world, drawn(1))
    return next_message(world, "sweep")


def sweep_after_a_claim(world: World) -> Action:
    world.upload("beta", "bob", drawn(1, flipped=3))
    report(world, hashes=[drawn_hash(1)])
    return next_message(world, "sweep")


def sweep_after_a_second_claim(world: World) -> Action:
    """The account holder's own claim has no deadline; the sweep applies a second claim to the upload."""
    report(world, world.upload("beta", "bob", drawn(1)), hashes=[drawn_hash(1)], form=INCOMPLETE)
    world.drain()
    report(world, hashes=[drawn_hash(1, flipped=10)])
    return next_message(world, "sweep")


def sweep_after_a_reversal(world: World) -> Action:
    story = enforced_story(world, drawn(1))
    for number, bits in enumerate([3, 40]):
        world.upload("beta", f"bob{number}", drawn(1, flipped=bits))
    world.drain()
    resolve_appeal(world, appeal_case(world, story.upload))
    return next_message(world, "sweep")


def sweep_of_an_hour(world: World) -> Action:
    published_copies(world, 3, 40)
    enforced_story(world, drawn(1))
    return one_sweep_part(world, SweepPartKind.HOUR)


def sweep_of_a_segment(world: World) -> Action:
    published_copies(world, 3, 40)
    close_hour(world)
    assert world.compact_content_log()
    enforced_story(world, drawn(1))
    return one_sweep_part(world, SweepPartKind.SEGMENT)


def sweep_of_a_replaced_segment(world: World) -> Action:
    published_copies(world, 3)
    close_hour(world)
    world.compact_content_log()
    enforced_story(world, drawn(1))
    act = one_sweep_part(world, SweepPartKind.SEGMENT)
    world.upload("beta", "bert", drawn(9))
    close_hour(world)
    world.compact_content_log()
    world.clock.advance(days=1)
    world.compact_content_log()
    return act


def sweep_that_releases(world: World) -> Action:
    filed = report(world, hashes=[drawn_hash(1)])
    world.drain()
    for bits in (3, 20):
        world.upload("beta", "bob", drawn(1, flipped=bits))
    world.drain()
    withdraw_report(world.stack, filed.report.case_number, filed.secret)
    return one_sweep_part(world, SweepPartKind.RELEASE)


def compaction_of_an_hour(world: World) -> Action:
    published_copies(world, 3, 40)
    close_hour(world)
    return lambda _: world.compact_content_log()


def compaction_into_a_segment(world: World) -> Action:
    published_copies(world, 3, 40)
    close_hour(world)
    world.compact_content_log()
    world.upload("beta", "bert", drawn(9))
    world.drain()
    close_hour(world)
    return lambda _: world.compact_content_log()


def deletion_of_compacted_files(world: World) -> Action:
    act = compaction_into_a_segment(world)
    act(1)
    world.clock.advance(days=1)
    return act


USE_CASES: list[UseCase] = [
    sweep_after_a_decision,
    sweep_after_a_claim,
    sweep_after_a_second_claim,
    sweep_after_a_reversal,
    sweep_of_an_hour,
    sweep_of_a_segment,
    sweep_of_a_replaced_segment,
    sweep_that_releases,
    compaction_of_an_hour,
    compaction_into_a_segment,
    deletion_of_compacted_files,
]

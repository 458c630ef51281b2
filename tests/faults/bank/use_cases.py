"""Use cases about bank entries, prepared up to the call under test."""

from __future__ import annotations

from tests.faults.steps import Action, UseCase, next_message
from tests.support.actions import (
    allow_entry,
    enforced_story,
    switch_entry_state,
)
from tests.support.sample_images import drawn, drawn_hash
from tests.support.state_dump import dump_state
from tests.support.world import World


def entry_allowed(world: World) -> Action:
    enforced_story(world, drawn(1))
    world.upload("beta", "bob", drawn(1, flipped=8))
    world.upload("beta", "cat", drawn(1, flipped=40))
    world.drain()
    return lambda _: allow_entry(world, drawn_hash(1, flipped=9))


def sweep_after_an_allowance(world: World) -> Action:
    entry_allowed(world)(1)
    return next_message(world, "sweep")


def entry_disabled(world: World) -> Action:
    (entry_id,) = enforced_story(world, drawn(1)).case.banked_entries
    world.upload("beta", "bob", drawn(1, flipped=8))
    world.drain()
    return lambda _: switch_entry_state(world, entry_id, on=False)


def entry_enabled(world: World) -> Action:
    act = entry_disabled(world)
    act(1)
    world.drain()
    (entry_id,) = dump_state(world.cloud).entries
    return lambda _: switch_entry_state(world, entry_id, on=True)


USE_CASES: list[UseCase] = [
    entry_allowed,
    sweep_after_an_allowance,
    entry_disabled,
    entry_enabled,
]

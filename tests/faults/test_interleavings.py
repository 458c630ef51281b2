"""Interleave the AWS calls of two concurrent tasks in every order, and those of more tasks at random.

After each order all messages are delivered and the invariants are checked: no violating copy is public, no
image is lost, and no upload is stopped without a cause.

STAYDOWN_ORDERS=n limits the orders of a pair to n preemptive switches (default 2); STAYDOWN_ORDERS=all tries
all orders (some minutes for each pair). STAYDOWN_SEED=n selects other random orders of the crowds.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import pytest
from staydown.domain.errors import StaydownError

from tests.faults.scenes import CROWD_SCENES, LONG_SCENES, PAIR_SCENES
from tests.faults.steps import Scene, SceneFactory
from tests.support.cloud import MemoryCloud
from tests.support.interleavings import (
    UNLIMITED_SWITCHES,
    Interleaving,
    Task,
    every_interleaving,
    random_interleavings,
)
from tests.support.invariants import check
from tests.support.world import World

REQUESTED_SWITCHES = os.environ.get("STAYDOWN_ORDERS", "2")
MAX_SWITCHES = UNLIMITED_SWITCHES if REQUESTED_SWITCHES == "all" else int(REQUESTED_SWITCHES)
SEED = int(os.environ.get("STAYDOWN_SEED", "0"))
CROWD_SAMPLES = 60

Prepare = Callable[[], Mapping[str, Task]]


def check_interleavings(
    world: World, scene: Scene, orders: Callable[[MemoryCloud, Prepare], Iterator[Interleaving]]
) -> int:
    """Run a scene in each order and return their number. Raise AssertionError with a failing order."""
    mark, cloud = world.checkpoint(), world.cloud
    assert isinstance(cloud, MemoryCloud)

    def prepare() -> Mapping[str, Task]:
        world.restore(mark)
        return scene.tasks

    count = 0
    for order in orders(cloud, prepare):
        count += 1
        try:
            unexpected = [
                result
                for result in order.results.values()
                if isinstance(result, Exception) and not isinstance(result, StaydownError)
            ]
            assert not unexpected, f"tasks raised other errors than StaydownError: {unexpected}"
            world.drain()
            # On AWS one publisher at a time reads the outbox; here two may run at once.
            scene.check(check(world, redelivered=True), order)
            assert not world.dead_letters, f"dead letters: {world.dead_letters}"
        except AssertionError as error:
            raise AssertionError(f"{error}\nin order {count}:\n{order}") from error
    return count


@pytest.mark.promise(3)
@pytest.mark.parametrize("scene_factory", PAIR_SCENES, ids=lambda scene_factory: scene_factory.__name__)
def test_every_interleaving_of_a_pair_keeps_the_invariants(
    world: World, scene_factory: SceneFactory, record_property: Callable[[str, object], None]
) -> None:
    is_limited = scene_factory in LONG_SCENES and REQUESTED_SWITCHES != "all"
    switches = min(MAX_SWITCHES, 1) if is_limited else MAX_SWITCHES
    count = check_interleavings(world, scene_factory(world), partial(every_interleaving, switches=switches))
    record_property("orders of pairs", count)
    assert count > 1, "the tasks of this scene never touch the same items: there is only one order"


@pytest.mark.promise(3)
@pytest.mark.parametrize("scene_factory", CROWD_SCENES, ids=lambda scene_factory: scene_factory.__name__)
def test_random_interleavings_of_many_keep_the_invariants(
    world: World, scene_factory: SceneFactory, record_property: Callable[[str, object], None]
) -> None:
    count = check_interleavings(
        world, scene_factory(world), partial(random_interleavings, seed=SEED, count=CROWD_SAMPLES)
    )
    record_property("orders of crowds", count)

"""Every order in which two use cases can meet, and many orders of more.

After each order every message is delivered, and then what must always hold does: no violating copy is public,
no image is lost, nothing is stopped that should not be.

STAYDOWN_ORDERS=all tries all orders of each pair (some minutes each), a number those that take the turn from
a task that could go on so often at most; STAYDOWN_SEED=n another few random orders of the crowds.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import pytest
from staydown.domain.errors import StaydownError

from tests.faults.scenes import CROWD_SCENES, LONG_SCENES, PAIR_SCENES, Scene, SceneFactory
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
    """Try the orders; how many there were. AssertionError with the order that broke something."""
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
            assert not unexpected, unexpected
            world.drain()
            # On AWS one publisher at a time follows the outbox; here there may be two.
            scene.check(check(world, redelivered=True), order)
            assert not world.dead_letters
        except AssertionError as error:
            raise AssertionError(f"{error}\nin order {count}:\n{order}") from error
    return count


@pytest.mark.parametrize("stage", PAIR_SCENES, ids=lambda stage: stage.__name__)
def test_every_interleaving_of_a_pair_keeps_the_invariants(
    world: World, stage: SceneFactory, record_property: Callable[[str, object], None]
) -> None:
    switches = min(MAX_SWITCHES, 1) if stage in LONG_SCENES and REQUESTED_SWITCHES != "all" else MAX_SWITCHES
    count = check_interleavings(world, stage(world), partial(every_interleaving, switches=switches))
    record_property("orders of pairs", count)
    assert count > 1


@pytest.mark.parametrize("stage", CROWD_SCENES, ids=lambda stage: stage.__name__)
def test_random_interleavings_of_many_keep_the_invariants(
    world: World, stage: SceneFactory, record_property: Callable[[str, object], None]
) -> None:
    count = check_interleavings(
        world, stage(world), partial(random_interleavings, seed=SEED, count=CROWD_SAMPLES)
    )
    record_property("orders of crowds", count)

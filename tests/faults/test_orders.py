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

from tests.faults.scenes import CROWDS, LONG, PAIRS, Scene, Stage
from tests.support.cloud import MemoryCloud
from tests.support.invariants import check
from tests.support.orders import ANY_NUMBER, Order, Task, every_order, random_orders
from tests.support.world import World

ASKED = os.environ.get("STAYDOWN_ORDERS", "2")
SWITCHES = ANY_NUMBER if ASKED == "all" else int(ASKED)
SEED = int(os.environ.get("STAYDOWN_SEED", "0"))
IN_A_CROWD = 60

Prepare = Callable[[], Mapping[str, Task]]


def play(world: World, scene: Scene, orders: Callable[[MemoryCloud, Prepare], Iterator[Order]]) -> int:
    """Try the orders; how many there were. AssertionError with the order that broke something."""
    mark, cloud = world.mark(), world.cloud
    assert isinstance(cloud, MemoryCloud)

    def prepare() -> Mapping[str, Task]:
        world.back_to(mark)
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
            scene.settled(check(world, told_again=True), order)
            assert not world.dead
        except AssertionError as error:
            raise AssertionError(f"{error}\nin order {count}:\n{order}") from error
    return count


@pytest.mark.parametrize("stage", PAIRS, ids=lambda stage: stage.__name__)
def test_promise_3_every_order_of_a_pair_ends_well(
    world: World, stage: Stage, record_property: Callable[[str, object], None]
) -> None:
    switches = min(SWITCHES, 1) if stage in LONG and ASKED != "all" else SWITCHES
    count = play(world, stage(world), partial(every_order, switches=switches))
    record_property("orders of pairs", count)
    assert count > 1


@pytest.mark.parametrize("stage", CROWDS, ids=lambda stage: stage.__name__)
def test_promise_3_random_orders_of_a_crowd_end_well(
    world: World, stage: Stage, record_property: Callable[[str, object], None]
) -> None:
    count = play(world, stage(world), partial(random_orders, seed=SEED, count=IN_A_CROWD))
    record_property("orders of crowds", count)

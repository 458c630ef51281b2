"""Worlds to tell stories in; whatever a test did, what must always hold does so afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.invariants import check
from tests.support.world import World, memory_world, moto_world, photo_world


@pytest.fixture
def world() -> Iterator[World]:
    """On dictionaries, drained and checked when the test is done."""
    with memory_world() as world:
        yield world
        world.drain()
        check(world)


@pytest.fixture(params=["dictionaries", "moto"])
def either_world(request: pytest.FixtureRequest) -> Iterator[World]:
    """The same on both clouds."""
    with (moto_world if request.param == "moto" else memory_world)() as world:
        yield world
        world.drain()
        check(world)


@pytest.fixture
def photos() -> Iterator[World]:
    """Where pictures are decoded and hashed for what they show."""
    with photo_world() as world:
        yield world
        world.drain()
        check(world)

"""Worlds for the service tests. Each world is drained and its invariants are checked after the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.invariants import check
from tests.support.world import World, memory_world, moto_world, photo_world


@pytest.fixture
def world() -> Iterator[World]:
    """An in-memory world, drained and checked after the test."""
    with memory_world() as world:
        yield world
        world.drain()
        check(world)


@pytest.fixture(params=["dictionaries", "moto"])
def either_world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A world in memory and on moto, drained and checked after the test."""
    with (moto_world if request.param == "moto" else memory_world)() as world:
        yield world
        world.drain()
        check(world)


@pytest.fixture
def photos() -> Iterator[World]:
    """An in-memory world that decodes and hashes images."""
    with photo_world() as world:
        yield world
        world.drain()
        check(world)

"""Worlds on dictionaries: what is tried here is tried thousands of times."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.world import World, memory_world


@pytest.fixture
def world() -> Iterator[World]:
    with memory_world() as world:
        yield world

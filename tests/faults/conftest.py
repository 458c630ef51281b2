"""In-memory worlds: the tests of this folder run each use case thousands of times."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest import mock

import pytest
from staydown.aws import content_log
from staydown.services.sweeps import compact_content_log, sweep_parts

from tests.support.world import World, memory_world


@pytest.fixture
def world() -> Iterator[World]:
    with memory_world() as world, few_shards():
        yield world


@contextmanager
def few_shards() -> Iterator[None]:
    """Use two partitions an hour instead of eight: fewer calls, and so fewer equivalent interleavings."""
    with ExitStack() as undo:
        for module in (content_log, compact_content_log, sweep_parts):
            undo.enter_context(mock.patch.object(module, "SHARDS", 2))
        undo.enter_context(mock.patch.object(sweep_parts, "SHARDS_PER_PART", 2))
        yield

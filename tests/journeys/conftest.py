"""One stack for each module, because starting it takes longer than most tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.deployed import DeployedStack, deployed_stack


@pytest.fixture(scope="module")
def stack() -> Iterator[DeployedStack]:
    with deployed_stack() as it:
        yield it

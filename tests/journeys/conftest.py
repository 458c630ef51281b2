"""One stack a module: starting it takes longer than most tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.deployed import Deployed, deployed


@pytest.fixture(scope="module")
def stack() -> Iterator[Deployed]:
    with deployed() as it:
        yield it

"""Count the damaged, hostile and misleading files that the tests try; `make test` prints the sum."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import pytest

COUNTER_NAME = "hostile or malformed files tried"


@dataclass
class _FileCounter:
    files: int = 0


_counter = _FileCounter()


def count_hostile_files(files: int = 1) -> None:
    """Add to the number of hostile files that the present test tries."""
    _counter.files += files


class CaseCounter:
    """Adds each test's count to its report, because only reports reach the main process of pytest-xdist."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        before = _counter.files
        yield
        if _counter.files > before:
            item.user_properties.append((COUNTER_NAME, _counter.files - before))

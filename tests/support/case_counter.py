"""How many files were tried that are damaged, hostile or made to mislead; `make test` says it at its end."""

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
    """So many more files are given to what has to stand them."""
    _counter.files += files


class CaseCounter:
    """Writes what each test tried into its report, which is what comes back from another process."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        before = _counter.files
        yield
        if _counter.files > before:
            item.user_properties.append((COUNTER_NAME, _counter.files - before))

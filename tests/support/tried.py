"""How many files were tried that are damaged, hostile or made to mislead; `make test` says it at its end."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import pytest

WHAT = "hostile or malformed files tried"


@dataclass
class _Tried:
    files: int = 0


_tried = _Tried()


def trying(files: int = 1) -> None:
    """So many more files are given to what has to stand them."""
    _tried.files += files


class CountedByTest:
    """Writes what each test tried into its report, which is what comes back from another process."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        before = _tried.files
        yield
        if _tried.files > before:
            item.user_properties.append((WHAT, _tried.files - before))

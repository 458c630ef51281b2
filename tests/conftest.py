"""Settings and plugins of all tests."""

from __future__ import annotations

import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, settings

from tests.support.case_counter import CaseCounter
from tests.support.leak_detector import LeakDetector

# The same examples in each run, so that a new failure comes from the last change. HYPOTHESIS_PROFILE=search
# tries new examples.
settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("search", settings.get_profile("repeatable"), derandomize=False, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


SLOWEST_MODULES = (
    "test_permissions",
    "test_faults",
    "test_interleavings",
    "test_story_machine",
    "test_reversal_equivalence",
    "test_bank_index",
)
"""Modules that take minutes, slowest first. Each runs on one worker, so a late start prolongs `make test`."""


def pytest_configure(config: pytest.Config) -> None:
    detector = LeakDetector()
    detector.start()
    config.pluginmanager.register(detector)
    config.add_cleanup(detector.stop)
    config.pluginmanager.register(CaseCounter())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the slowest modules first and then the modules with the most tests."""
    sizes = Counter(item.path for item in items)

    def order(item: pytest.Item) -> tuple[int, int]:
        name = item.path.stem
        is_slow = name in SLOWEST_MODULES
        return SLOWEST_MODULES.index(name) if is_slow else len(SLOWEST_MODULES), -sizes[item.path]

    items.sort(key=order)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the sums of the numbers that tests record, such as explored orders and injected faults."""
    counts: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        if report.when == "call":
            counts.update({name: n for name, n in report.user_properties if isinstance(n, int)})
    if counts:
        terminalreporter.section("counts")
        for name, count in sorted(counts.items()):
            terminalreporter.write_line(f"{count:8} {name}")

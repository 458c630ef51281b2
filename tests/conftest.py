"""What holds for all tests."""

from __future__ import annotations

import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, settings

from tests.support.case_counter import CaseCounter
from tests.support.leak_detector import LeakDetector

# The same examples in each run, so that a failure is one that the last change made. HYPOTHESIS_PROFILE=search
# looks for new ones instead.
settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("search", settings.get_profile("repeatable"), derandomize=False, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


def pytest_configure(config: pytest.Config) -> None:
    ears = LeakDetector()
    ears.start()
    config.pluginmanager.register(ears)
    config.add_cleanup(ears.stop)
    config.pluginmanager.register(CaseCounter())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was explored, injected, tried and checked: the numbers that tests record, added up."""
    counts: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        if report.when == "call":
            counts.update({name: n for name, n in report.user_properties if isinstance(n, int)})
    if counts:
        terminalreporter.section("counted")
        for name, count in sorted(counts.items()):
            terminalreporter.write_line(f"{count:8} {name}")

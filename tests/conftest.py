"""What holds for all tests."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

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

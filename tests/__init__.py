"""Tests of Staydown. Assertions in helper modules show their values, like those in test modules."""

import pytest

pytest.register_assert_rewrite("tests.faults", "tests.journeys", "tests.support")

"""The stack of the journeys, one a module."""

from tests.journeys.conftest import stack

__all__ = ["stack"]

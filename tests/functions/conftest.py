"""The local stack of the journeys, one for each module."""

from tests.journeys.conftest import stack

__all__ = ["stack"]

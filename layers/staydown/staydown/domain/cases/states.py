"""The states of a case, and the table of its transitions."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class CaseState(StrEnum):
    OPEN = "open"
    NEEDS_INFORMATION = "needs_information"
    DECIDED = "decided"
    LOCKED = "locked"
    """Suspected child: only a restricted group may act, and the image cannot be viewed."""
    REVERSED = "reversed"
    """An appeal was granted; all effects of the decision are reversed."""
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """What moves a case to another state."""

    DECIDE = "judge"
    REQUEST_INFORMATION = "ask"
    PROVIDE_INFORMATION = "complete"
    LOCK = "lock"
    REVERSE = "reverse"
    OVERTURN = "overturn"
    """A dismissal is overturned: the image is violating after all."""
    OVERTURN_AND_LOCK = "overturn_and_lock"
    WITHDRAW = "withdraw"


TRANSITIONS: Mapping[tuple[CaseState, Step], CaseState] = MappingProxyType(
    {
        (CaseState.OPEN, Step.DECIDE): CaseState.DECIDED,
        (CaseState.OPEN, Step.REQUEST_INFORMATION): CaseState.NEEDS_INFORMATION,
        (CaseState.OPEN, Step.PROVIDE_INFORMATION): CaseState.OPEN,
        (CaseState.OPEN, Step.LOCK): CaseState.LOCKED,
        (CaseState.OPEN, Step.WITHDRAW): CaseState.WITHDRAWN,
        (CaseState.NEEDS_INFORMATION, Step.DECIDE): CaseState.DECIDED,
        (CaseState.NEEDS_INFORMATION, Step.REQUEST_INFORMATION): CaseState.NEEDS_INFORMATION,
        (CaseState.NEEDS_INFORMATION, Step.PROVIDE_INFORMATION): CaseState.OPEN,
        (CaseState.NEEDS_INFORMATION, Step.LOCK): CaseState.LOCKED,
        (CaseState.NEEDS_INFORMATION, Step.WITHDRAW): CaseState.WITHDRAWN,
        (CaseState.DECIDED, Step.REVERSE): CaseState.REVERSED,
        (CaseState.DECIDED, Step.OVERTURN): CaseState.DECIDED,
        (CaseState.DECIDED, Step.OVERTURN_AND_LOCK): CaseState.LOCKED,
    }
)

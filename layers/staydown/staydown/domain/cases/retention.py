"""Retention periods, and what defers an erasure. `apply_retention` applies these rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from staydown.domain.cases.case import Case
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import CaseIsLocked, Conflict


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """The retention periods, from the template's parameters."""

    appeal_window: timedelta
    """How long a decision can be appealed."""
    rejected: timedelta
    """For originals and records of uploads that are not images or came from a blocked account."""
    original: timedelta
    """For a stopped image in quarantine, and for the reporters of a closed case."""
    locked: timedelta
    """For a case of a suspected child."""
    case: timedelta
    """For the rest of a case, with its audit."""


class RetentionBlocker(StrEnum):
    """Why something is not erased although its retention period is over."""

    UNDECIDED = "undecided"
    APPEAL = "appeal"
    APPEAL_WINDOW = "appeal_window"
    LEGAL_HOLD = "hold"
    LOCKED = "locked"


def retention_blocker(
    case: Case, policy: RetentionPolicy, now: datetime, *, include_appeal_window: bool = True
) -> RetentionBlocker | None:
    """Return why the case's images and reporters must be kept; None if they can be erased.

    include_appeal_window: whether a possible appeal counts. It does not if the person shown asks for erasure.
    """
    if case.legal_hold is not None:
        return RetentionBlocker.LEGAL_HOLD
    if case.undecided:
        return RetentionBlocker.UNDECIDED
    if case.pending_appeals:
        return RetentionBlocker.APPEAL
    start = case.retention_starts_at
    if case.state is CaseState.LOCKED and (start is None or now <= start + policy.locked):
        return RetentionBlocker.LOCKED
    if (
        include_appeal_window
        and case.state is CaseState.DECIDED
        and (start is None or now <= start + policy.appeal_window)
    ):
        return RetentionBlocker.APPEAL_WINDOW
    return None


def first_retention_blocker(
    cases: Iterable[Case], policy: RetentionPolicy, now: datetime, *, include_appeal_window: bool = True
) -> RetentionBlocker | None:
    """Return the first blocker of any of these cases; see `retention_blocker`."""
    found = (
        retention_blocker(case, policy, now, include_appeal_window=include_appeal_window) for case in cases
    )
    return next((reason for reason in found if reason is not None), None)


def require_erasable(case: Case, policy: RetentionPolicy, now: datetime) -> None:
    """Raise CaseIsLocked or Conflict unless the images of this case can be erased immediately on request."""
    if case.state is CaseState.LOCKED:
        raise CaseIsLocked("The case is with the authorities. Its images are kept for them.")
    decision = case.decision
    if (
        case.state is not CaseState.DECIDED
        or decision is None
        or decision.outcome is not DecisionOutcome.VIOLATING
    ):
        raise Conflict("Only an image that was found to be violating can be erased immediately.")
    reason = retention_blocker(case, policy, now, include_appeal_window=False)
    if reason is RetentionBlocker.LEGAL_HOLD:
        raise Conflict("The images are preserved for the police or a court. They cannot be erased now.")
    if reason is RetentionBlocker.APPEAL:
        raise Conflict("An appeal of the decision is pending. The images can be erased after it is decided.")

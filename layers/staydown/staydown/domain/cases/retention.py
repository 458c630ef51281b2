"""How long what is kept, and what keeps it longer: pure rules, carried out by `apply_retention`."""

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
    """The template's parameters. appeal_window: in which a decision can be appealed.

    rejected: originals and records of what never was an image, or came from a blocked account. original: a
    stopped image in quarantine; who reported, after the case was closed. locked: a case of a suspected child.
    case: everything else about a case, its audit included.
    """

    appeal_window: timedelta
    rejected: timedelta
    original: timedelta
    locked: timedelta
    case: timedelta


class RetentionBlocker(StrEnum):
    """Why something is not erased although its time is over."""

    UNDECIDED = "undecided"
    APPEAL = "appeal"
    APPEAL_WINDOW = "appeal_window"
    LEGAL_HOLD = "hold"
    LOCKED = "locked"


def retention_blocker(
    case: Case, policy: RetentionPolicy, now: datetime, *, include_appeal_window: bool = True
) -> RetentionBlocker | None:
    """What of this case needs its images and its reporters; None when nothing does.

    window: also that it could still be appealed (not asked where the person shown wants them gone).
    """
    if case.legal_hold is not None:
        return RetentionBlocker.LEGAL_HOLD
    if case.undecided:
        return RetentionBlocker.UNDECIDED
    if case.pending_appeals:
        return RetentionBlocker.APPEAL
    settled = case.retention_starts_at
    if case.state is CaseState.LOCKED and (settled is None or now <= settled + policy.locked):
        return RetentionBlocker.LOCKED
    if (
        include_appeal_window
        and case.state is CaseState.DECIDED
        and (settled is None or now <= settled + policy.appeal_window)
    ):
        return RetentionBlocker.APPEAL_WINDOW
    return None


def first_retention_blocker(
    cases: Iterable[Case], policy: RetentionPolicy, now: datetime, *, include_appeal_window: bool = True
) -> RetentionBlocker | None:
    found = (
        retention_blocker(case, policy, now, include_appeal_window=include_appeal_window) for case in cases
    )
    return next((reason for reason in found if reason is not None), None)


def require_erasable(case: Case, policy: RetentionPolicy, now: datetime) -> None:
    """Raise what speaks against erasing the images of this case at once, as somebody asks."""
    if case.state is CaseState.LOCKED:
        raise CaseIsLocked("The case is with the authorities; its images are kept for them.")
    decision = case.decision
    if (
        case.state is not CaseState.DECIDED
        or decision is None
        or decision.outcome is not DecisionOutcome.VIOLATING
    ):
        raise Conflict("Only an image that was judged violating can be erased at once.")
    reason = retention_blocker(case, policy, now, include_appeal_window=False)
    if reason is RetentionBlocker.LEGAL_HOLD:
        raise Conflict("The images are preserved, for the police or a court; they can't be erased now.")
    if reason is RetentionBlocker.APPEAL:
        raise Conflict("An appeal of the decision waits; the images can't be erased before it is decided.")

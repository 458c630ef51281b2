"""How long what is kept, and what keeps it longer: pure rules, carried out by `apply_retention`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from staydown.domain.case_states import CaseState
from staydown.domain.cases import Case
from staydown.domain.decisions import Outcome
from staydown.domain.errors import CaseIsLocked, Conflict


@dataclass(frozen=True, slots=True)
class Retention:
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


class Keeps(StrEnum):
    """Why something is not erased although its time is over."""

    UNDECIDED = "undecided"
    APPEAL = "appeal"
    WINDOW = "appeal_window"
    HOLD = "hold"
    LOCKED = "locked"


def keeps(case: Case, rules: Retention, now: datetime, *, window: bool = True) -> Keeps | None:
    """What of this case needs its images and its reporters; None when nothing does.

    window: also that it could still be appealed (not asked where the person shown wants them gone).
    """
    if case.hold is not None:
        return Keeps.HOLD
    if case.undecided:
        return Keeps.UNDECIDED
    if case.appeals:
        return Keeps.APPEAL
    settled = case.settled_at
    if case.state is CaseState.LOCKED and (settled is None or now <= settled + rules.locked):
        return Keeps.LOCKED
    if (
        window
        and case.state is CaseState.DECIDED
        and (settled is None or now <= settled + rules.appeal_window)
    ):
        return Keeps.WINDOW
    return None


def first_that_keeps(
    cases: Iterable[Case], rules: Retention, now: datetime, *, window: bool = True
) -> Keeps | None:
    found = (keeps(case, rules, now, window=window) for case in cases)
    return next((reason for reason in found if reason is not None), None)


def check_erasable(case: Case, rules: Retention, now: datetime) -> None:
    """Raise what speaks against erasing the images of this case at once, as somebody asks."""
    if case.state is CaseState.LOCKED:
        raise CaseIsLocked("The case is with the authorities; its images are kept for them.")
    decision = case.decision
    if case.state is not CaseState.DECIDED or decision is None or decision.outcome is not Outcome.VIOLATING:
        raise Conflict("Only an image that was judged violating can be erased at once.")
    reason = keeps(case, rules, now, window=False)
    if reason is Keeps.HOLD:
        raise Conflict("The images are preserved, for the police or a court; they can't be erased now.")
    if reason is Keeps.APPEAL:
        raise Conflict("An appeal of the decision waits; the images can't be erased before it is decided.")

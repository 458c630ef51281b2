"""What reviewers decide: the outcome, and the factors it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from staydown.domain.cases.states import Step
from staydown.domain.errors import InvalidRequest


class DecisionOutcome(StrEnum):
    VIOLATING = "violating"
    NOT_VIOLATING = "not_violating"
    SUSPECTED_CHILD = "suspected_child"
    NEEDS_INFORMATION = "needs_information"

    @property
    def step(self) -> Step:
        return _STEP_BY_OUTCOME.get(self, Step.DECIDE)

    @property
    def is_violation(self) -> bool:
        """Whether the image must not be seen again."""
        return self in {DecisionOutcome.VIOLATING, DecisionOutcome.SUSPECTED_CHILD}


_STEP_BY_OUTCOME = {
    DecisionOutcome.SUSPECTED_CHILD: Step.LOCK,
    DecisionOutcome.NEEDS_INFORMATION: Step.REQUEST_INFORMATION,
}


class ShownContent(StrEnum):
    SEXUAL_ACT = "sexual_act"
    NUDITY = "nudity"
    INTIMATE_PARTS = "intimate_parts"
    UNDERWEAR = "underwear"
    TOILETING = "toileting"
    SYNTHETIC = "synthetic"
    NONE = "none"


class SceneSetting(StrEnum):
    """Where it was taken: a recorded fact, never by itself a ground to refuse."""

    PRIVATE = "private"
    SEMI_PRIVATE = "semi_private"
    PUBLIC = "public"
    UNCLEAR = "unclear"


class ComplainantIsSubject(StrEnum):
    """Is the person complaining the person shown?"""

    YES = "yes"
    ACTS_FOR_THEM = "acts_for_them"
    NO = "no"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Factors:
    shown: frozenset[ShownContent]
    setting: SceneSetting
    complainant: ComplainantIsSubject


@dataclass(frozen=True, slots=True)
class Decision:
    """manifestly_unfounded: so is the report that was refused by it; its sender is warned (EU6)."""

    outcome: DecisionOutcome
    factors: Factors
    reasons: str
    reviewer: str
    at: datetime
    manifestly_unfounded: bool = False


def require_manifestly_unfounded(outcome: DecisionOutcome, factors: Factors, report_count: int) -> None:
    """InvalidRequest unless it is a refusal by one of the law's grounds, of what one person alone reported:
    nobody is warned for a doubt, nor for what somebody else has sent."""
    why = None
    if outcome is not DecisionOutcome.NOT_VIOLATING:
        why = "only with not_violating"
    elif factors.shown != {ShownContent.NONE} and factors.complainant is not ComplainantIsSubject.NO:
        why = "only where nothing intimate is shown, or the complainant is not the subject"
    elif report_count != 1:
        why = f"only of a case with one report; this has {report_count}"
    if why is not None:
        raise InvalidRequest(
            "The report can't be called manifestly unfounded.", pointers={"/manifestly_unfounded": why}
        )

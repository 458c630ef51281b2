"""Decisions of reviewers: the outcome and the factors."""

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
        """The step that this outcome takes a case."""
        return _STEP_BY_OUTCOME.get(self, Step.DECIDE)

    @property
    def is_violation(self) -> bool:
        """Whether the image must not be published again."""
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
    """Where the image was taken: recorded, but never a ground for dismissal by itself."""

    PRIVATE = "private"
    SEMI_PRIVATE = "semi_private"
    PUBLIC = "public"
    UNCLEAR = "unclear"


class ComplainantIsSubject(StrEnum):
    """Whether the reporter is the person shown."""

    YES = "yes"
    ACTS_FOR_THEM = "acts_for_them"
    NO = "no"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Factors:
    """The facts that a reviewer records with a decision."""

    shown: frozenset[ShownContent]
    """What the image shows."""
    setting: SceneSetting
    """Where the image was taken."""
    complainant: ComplainantIsSubject
    """Whether the reporter is the person shown."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision of a case."""

    outcome: DecisionOutcome
    """The finding."""
    factors: Factors
    """The facts behind the finding."""
    reasons: str
    """The reviewer's reasons, for other reviewers and the audit."""
    reviewer: str
    """The reviewer's id."""
    at: datetime
    """When the case was decided."""
    manifestly_unfounded: bool = False
    """Whether the dismissed report is manifestly unfounded; its reporter is warned (EU6)."""


def require_manifestly_unfounded(outcome: DecisionOutcome, factors: Factors, report_count: int) -> None:
    """Raise InvalidRequest unless a dismissal on one of the law's grounds concerns exactly one report.

    So no reporter is warned for a doubtful case or for another person's report.
    """
    why = None
    if outcome is not DecisionOutcome.NOT_VIOLATING:
        why = "only with not_violating"
    elif factors.shown != {ShownContent.NONE} and factors.complainant is not ComplainantIsSubject.NO:
        why = "only if nothing intimate is shown or the complainant is not the subject"
    elif report_count != 1:
        why = f"only for a case with one report; this case has {report_count}"
    if why is not None:
        raise InvalidRequest(
            "The report cannot be marked as manifestly unfounded.", pointers={"/manifestly_unfounded": why}
        )

"""What reviewers decide: the outcome, and the factors it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from staydown.domain.case_states import Step


class Outcome(StrEnum):
    VIOLATING = "violating"
    NOT_VIOLATING = "not_violating"
    SUSPECTED_CHILD = "suspected_child"
    NEEDS_INFORMATION = "needs_information"

    @property
    def step(self) -> Step:
        return _STEP_OF.get(self, Step.JUDGE)

    @property
    def stops(self) -> bool:
        """Whether the image must not be seen again."""
        return self in {Outcome.VIOLATING, Outcome.SUSPECTED_CHILD}


_STEP_OF = {Outcome.SUSPECTED_CHILD: Step.LOCK, Outcome.NEEDS_INFORMATION: Step.ASK}


class Shown(StrEnum):
    SEXUAL_ACT = "sexual_act"
    NUDITY = "nudity"
    INTIMATE_PARTS = "intimate_parts"
    UNDERWEAR = "underwear"
    TOILETING = "toileting"
    SYNTHETIC = "synthetic"
    NONE = "none"


class Setting(StrEnum):
    """Where it was taken: a recorded fact, never by itself a ground to refuse."""

    PRIVATE = "private"
    SEMI_PRIVATE = "semi_private"
    PUBLIC = "public"
    UNCLEAR = "unclear"


class Complainant(StrEnum):
    """Is the person complaining the person shown?"""

    YES = "yes"
    ACTS_FOR_THEM = "acts_for_them"
    NO = "no"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Factors:
    shown: frozenset[Shown]
    setting: Setting
    complainant: Complainant


@dataclass(frozen=True, slots=True)
class Decision:
    outcome: Outcome
    factors: Factors
    reasons: str
    reviewer: str
    at: datetime

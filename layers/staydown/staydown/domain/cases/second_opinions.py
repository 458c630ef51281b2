"""Leases on a case, and the second opinion that somebody else gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from staydown.domain.cases.decisions import Decision


@dataclass(frozen=True, slots=True)
class Claim:
    """A reviewer works on it, until the lease runs out."""

    reviewer: str
    expires_at: datetime


class SecondOpinionCause(StrEnum):
    """Why somebody else is to judge a decided case too."""

    SAMPLE = "sample"
    REVIEWER = "reviewer"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    """Who decided it has declared a conflict of interest since."""


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """Somebody else's judgement, made without seeing the decision. given: absent while it waits."""

    cause: SecondOpinionCause
    claim: Claim | None = None
    decision: Decision | None = None

    @property
    def is_pending(self) -> bool:
        return self.decision is None

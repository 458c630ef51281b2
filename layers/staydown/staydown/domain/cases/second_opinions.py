"""Claims of reviewers, and second opinions on decided cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from staydown.domain.cases.decisions import Decision


@dataclass(frozen=True, slots=True)
class Claim:
    """A reviewer's lease on a case or a second opinion."""

    reviewer: str
    """The reviewer's id."""
    expires_at: datetime
    """When the lease ends and others can claim it."""


class SecondOpinionCause(StrEnum):
    """Why a second opinion on a decided case is requested."""

    SAMPLE = "sample"
    REVIEWER = "reviewer"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    """The reviewer who decided the case has declared a conflict of interest since."""


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """A second reviewer's decision, made without seeing the first."""

    cause: SecondOpinionCause
    """Why it was requested."""
    claim: Claim | None = None
    """The lease of the second reviewer; None: unclaimed, or given."""
    decision: Decision | None = None
    """The second decision; None while it is pending."""

    @property
    def is_pending(self) -> bool:
        return self.decision is None

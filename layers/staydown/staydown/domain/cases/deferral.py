"""Deferrals of the cases of suspended reporters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from staydown.domain.cases.deadlines import DeadlinePolicy


@dataclass(frozen=True, slots=True)
class Deferral:
    """The deferral of a case whose only reporter is suspended."""

    review_id: str
    """The misuse review that suspends the reporter."""
    until: datetime
    """The end of the suspension."""

    def ends_at(self, deadline: datetime | None, policy: DeadlinePolicy) -> datetime:
        """Return when reviewers get the case: before its deadline warning, whatever the suspension."""
        return self.until if deadline is None else min(self.until, deadline - policy.warn_before)

"""Which cases are set aside now: the law's clock, or the end of a suspension, may have ended that."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from staydown.aws.stack import Stack
from staydown.domain.cases.case import Case


class Deferrals:
    """It rests on the suspension: when that falls or is lifted, a case is back with nothing written to it.

    Each suspension is read once, however many cases it sets aside.
    """

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._active: dict[str, bool] = {}

    def deferred_until(self, case: Case) -> datetime | None:
        """Until when nobody is given this case; None for one that is in the queue like any other."""
        aside = case.deferral
        if aside is None or not case.undecided:
            return None
        until = aside.ends_at(case.deadline, self._stack.settings.deadline_policy)
        if until <= self._stack.now() or not self._is_active(aside.review_id):
            return None
        return until

    def latest_end(self, cases: Iterable[Case]) -> datetime | None:
        """When the last of those cases that are set aside is back."""
        return max(
            (until for case in cases if (until := self.deferred_until(case)) is not None), default=None
        )

    def _is_active(self, review_id: str) -> bool:
        if review_id not in self._active:
            review = self._stack.misuse_reviews.get(review_id)
            self._active[review_id] = review is not None and review.is_suspension_active
        return self._active[review_id]

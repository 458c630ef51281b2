"""Which cases are deferred now. The statutory deadline or the end of a suspension ends a deferral."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from staydown.aws.stack import Stack
from staydown.domain.cases.case import Case


class Deferrals:
    """Active deferrals.

    A deferral depends on its suspension. When that ends, the case is back in the queue without a write. Each
    suspension is read once, however many cases it defers.
    """

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._active: dict[str, bool] = {}

    def deferred_until(self, case: Case) -> datetime | None:
        """Return when the case is back in the queue; None where it is not deferred."""
        deferral = case.deferral
        if deferral is None or not case.undecided:
            return None
        until = deferral.ends_at(case.deadline, self._stack.settings.deadline_policy)
        if until <= self._stack.now() or not self._is_active(deferral.review_id):
            return None
        return until

    def latest_end(self, cases: Iterable[Case]) -> datetime | None:
        """Return when the last of the deferred cases is back in the queue; None where none is deferred."""
        return max(
            (until for case in cases if (until := self.deferred_until(case)) is not None), default=None
        )

    def _is_active(self, review_id: str) -> bool:
        if review_id not in self._active:
            review = self._stack.misuse_reviews.get(review_id)
            self._active[review_id] = review is not None and review.is_suspension_active
        return self._active[review_id]

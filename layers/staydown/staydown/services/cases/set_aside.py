"""Which cases are set aside now: the law's clock, or the end of a suspension, may have ended that."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from staydown.aws.stack import Stack
from staydown.domain.cases import Case


class SetAsides:
    """It rests on the suspension: when that falls or is lifted, a case is back with nothing written to it.

    Each suspension is read once, however many cases it sets aside.
    """

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._suspends: dict[str, bool] = {}

    def until(self, case: Case) -> datetime | None:
        """Until when nobody is given this case; None for one that is in the queue like any other."""
        aside = case.set_aside
        if aside is None or not case.undecided:
            return None
        until = aside.ends(case.deadline, self._stack.settings.watch)
        if until <= self._stack.now() or not self._still(aside.review_id):
            return None
        return until

    def latest(self, cases: Iterable[Case]) -> datetime | None:
        """When the last of those cases that are set aside is back."""
        return max((until for case in cases if (until := self.until(case)) is not None), default=None)

    def _still(self, review_id: str) -> bool:
        if review_id not in self._suspends:
            review = self._stack.misuse.review(review_id)
            self._suspends[review_id] = review is not None and review.suspends
        return self._suspends[review_id]

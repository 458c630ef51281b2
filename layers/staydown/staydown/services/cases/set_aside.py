"""Whether a case is set aside now: the law's clock, or the end of a suspension, may have ended that."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from staydown.aws.stack import Stack
from staydown.domain.cases import Case


def set_aside_until(stack: Stack, case: Case) -> datetime | None:
    """Until when nobody is given this case; None for one that is in the queue like any other.

    It rests on the suspension: when that falls or is lifted, the case is back with nothing written to it.
    """
    aside = case.set_aside
    if aside is None or not case.undecided:
        return None
    until = aside.ends(case.deadline, stack.settings.watch)
    if until <= stack.now():
        return None
    review = stack.misuse.review(aside.review_id)
    return until if review is not None and review.suspends else None


def latest_set_aside(stack: Stack, cases: Iterable[Case]) -> datetime | None:
    """When the last of those cases that are set aside is back."""
    found = (set_aside_until(stack, case) for case in cases)
    return max((until for until in found if until is not None), default=None)

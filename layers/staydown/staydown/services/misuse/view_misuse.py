"""What a reviewer sees of an account or a verified reporter: strikes, totals, contents and warnings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from staydown.aws.codec import Item
from staydown.aws.stack import Stack
from staydown.domain.accounts.misuse import MisuseReview
from staydown.domain.accounts.strikes import StrikeHistory
from staydown.domain.cases.case import Case
from staydown.domain.cases.decisions import ComplainantIsSubject, ShownContent
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import NotFound
from staydown.services.misuse.strikes import deciding_cases, load_subject, strike_history


@dataclass(frozen=True, slots=True)
class MisuseView:
    review: MisuseReview
    history: StrikeHistory
    """The strikes as they are now, not when the review was opened."""
    warned_at: datetime | None
    """When the active warning was given; None without one."""
    reoffended: bool
    """Whether there are strikes after the warning."""
    shown_counts: tuple[tuple[ShownContent, int], ...]
    """What the images of the deciding cases show, and in how many of these cases."""
    exact_matches: int = 0
    """Of an account: how many of the named strikes are the judged file itself."""
    complainant_not_shown: int = 0
    """Of a reporter: in how many cases the images do not show the complainant."""
    hidden_uploads: int = 0
    """Of a reporter: how many uploads a deadline hid because of the reports."""
    decided_by_viewer: bool = False
    """Of a reporter: whether the viewing reviewer rated one of the reports as unfounded."""


def list_misuse_reviews(
    stack: Stack, *, queue: str, after: Item | None, limit: int
) -> tuple[list[MisuseReview], Item | None]:
    """Return a page of pending reviews or of active suspensions, and the key to continue after."""
    return stack.misuse_reviews.list_queue(queue, after=after, limit=limit)


def view_misuse(stack: Stack, *, review_id: str, reviewer: str) -> MisuseView:
    """Raise NotFound, and ConflictOfInterest where the reviewer is recused from one of the deciding cases."""
    review = get_misuse_review(stack, review_id)
    history = strike_history(stack, review.subject)
    cases = deciding_cases(stack, review.subject, history.refs)
    for case in cases:
        case.require_not_recused(reviewer)
    status = load_subject(stack, review.subject).strike_status
    counted = {
        content: sum(content in _shown_unless_locked(case) for case in cases) for content in ShownContent
    }
    view = MisuseView(
        review=review,
        history=history,
        warned_at=status.active_warning(history),
        reoffended=status.reoffended(history),
        shown_counts=tuple((content, count) for content, count in counted.items() if count),
    )
    if not review.subject.is_reporter:
        uploads = stack.uploads.get_many(history.refs)
        return replace(
            view, exact_matches=sum(any(one.exact for one in upload.matches) for upload in uploads)
        )
    decisions = [case.decision for case in cases if case.decision is not None]
    return replace(
        view,
        complainant_not_shown=sum(one.factors.complainant is ComplainantIsSubject.NO for one in decisions),
        hidden_uploads=sum(len(case.hidden_uploads) for case in cases),
        decided_by_viewer=any(one.reviewer == reviewer for one in decisions),
    )


def get_misuse_review(stack: Stack, review_id: str) -> MisuseReview:
    review = stack.misuse_reviews.get(review_id)
    if review is None:
        raise NotFound(f"There is no misuse review {review_id[:64]!r}.")
    return review


def _shown_unless_locked(case: Case) -> frozenset[ShownContent]:
    """Return what the images show. The contents of a locked case are not revealed here."""
    if case.decision is None or case.state is CaseState.LOCKED:
        return frozenset()
    return case.decision.factors.shown

"""What a reviewer sees of somebody as a whole: how many, of how many, how grave, warned since when."""

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
    """seen, warned_at, went_on: as it is now. shown: what the judged images show, and in how many cases
    behind the strikes. exact: of an account's named strikes, those that are the judged file itself.
    not_the_subject, hidden: of reports: in how many cases somebody else was shown than who complained, and
    how many uploads were hidden for them at a deadline. judged_by_you: one of the reports was called
    unfounded by who looks."""

    review: MisuseReview
    history: StrikeHistory
    warned_at: datetime | None
    reoffended: bool
    shown_counts: tuple[tuple[ShownContent, int], ...]
    exact_matches: int = 0
    complainant_not_shown: int = 0
    hidden_uploads: int = 0
    decided_by_viewer: bool = False


def list_misuse_reviews(
    stack: Stack, *, queue: str, after: Item | None, limit: int
) -> tuple[list[MisuseReview], Item | None]:
    """A page of the reviews that wait, or of those that suspend somebody, and where the next page starts."""
    return stack.misuse_reviews.list_queue(queue, after=after, limit=limit)


def view_misuse(stack: Stack, *, review_id: str, reviewer: str) -> MisuseView:
    """ConflictOfInterest for who declared one in a case that it rests on."""
    review = get_misuse_review(stack, review_id)
    seen = strike_history(stack, review.subject)
    cases = deciding_cases(stack, review.subject, seen.refs)
    for case in cases:
        case.require_not_recused(reviewer)
    conduct = load_subject(stack, review.subject).strike_status
    counted = {one: sum(one in _shown_unless_locked(case) for case in cases) for one in ShownContent}
    view = MisuseView(
        review=review,
        history=seen,
        warned_at=conduct.active_warning(seen),
        reoffended=conduct.reoffended(seen),
        shown_counts=tuple((one, by) for one, by in counted.items() if by),
    )
    if not review.subject.is_reporter:
        uploads = stack.uploads.get_many(seen.refs)
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
        raise NotFound(f"There is no review {review_id[:64]!r}.")
    return review


def _shown_unless_locked(case: Case) -> frozenset[ShownContent]:
    """Of a locked case nobody here learns anything."""
    if case.decision is None or case.state is CaseState.LOCKED:
        return frozenset()
    return case.decision.factors.shown

"""What a reviewer sees of somebody as a whole: how many, of how many, how grave, warned since when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from staydown.aws.items import Item
from staydown.aws.stack import Stack
from staydown.domain.case_states import CaseState
from staydown.domain.cases import Case
from staydown.domain.decisions import Complainant, Shown
from staydown.domain.errors import NotFound
from staydown.domain.misuse import MisuseReview
from staydown.domain.strikes import Seen
from staydown.services.misuse.subjects import cases_behind, record_of, seen_of


@dataclass(frozen=True, slots=True)
class MisuseView:
    """seen, warned_at, went_on: as it is now. shown: what the judged images show, and in how many cases
    behind the strikes. exact: of an account's named strikes, those that are the judged file itself.
    not_the_subject, hidden: of reports: in how many cases somebody else was shown than who complained, and
    how many uploads were hidden for them at a deadline. judged_by_you: one of the reports was called
    unfounded by who looks."""

    review: MisuseReview
    seen: Seen
    warned_at: datetime | None
    went_on: bool
    shown: tuple[tuple[Shown, int], ...]
    exact: int = 0
    not_the_subject: int = 0
    hidden: int = 0
    judged_by_you: bool = False


def list_misuse(
    stack: Stack, *, queue: str, after: Item | None, limit: int
) -> tuple[list[MisuseReview], Item | None]:
    """A page of the reviews that wait, or of those that suspend somebody, and where the next page starts."""
    return stack.misuse.listed(queue, after=after, limit=limit)


def view_misuse(stack: Stack, *, review_id: str, reviewer: str) -> MisuseView:
    """ConflictOfInterest for who declared one in a case that it rests on."""
    review = load_review(stack, review_id)
    seen = seen_of(stack, review.subject)
    cases = cases_behind(stack, review.subject, seen.refs)
    for case in cases:
        case.check_impartial(reviewer)
    conduct = record_of(stack, review.subject).conduct
    counted = {one: sum(one in _shown(case) for case in cases) for one in Shown}
    view = MisuseView(
        review=review,
        seen=seen,
        warned_at=conduct.standing_warning(seen),
        went_on=conduct.went_on(seen),
        shown=tuple((one, by) for one, by in counted.items() if by),
    )
    if not review.subject.reports:
        uploads = stack.uploads.get_many(seen.refs)
        return replace(view, exact=sum(any(one.exact for one in upload.matches) for upload in uploads))
    decisions = [case.decision for case in cases if case.decision is not None]
    return replace(
        view,
        not_the_subject=sum(one.factors.complainant is Complainant.NO for one in decisions),
        hidden=sum(len(case.hidden) for case in cases),
        judged_by_you=any(one.reviewer == reviewer for one in decisions),
    )


def load_review(stack: Stack, review_id: str) -> MisuseReview:
    review = stack.misuse.review(review_id)
    if review is None:
        raise NotFound(f"There is no review {review_id[:64]!r}.")
    return review


def _shown(case: Case) -> frozenset[Shown]:
    """Of a locked case nobody here learns anything."""
    if case.decision is None or case.state is CaseState.LOCKED:
        return frozenset()
    return case.decision.factors.shown

"""What a reviewer sees of an account as a whole: how many, of how many, how grave, warned since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from staydown.aws.items import Item
from staydown.aws.stack import Stack
from staydown.domain.bank import Source
from staydown.domain.case_states import CaseState
from staydown.domain.cases import Case
from staydown.domain.decisions import Shown
from staydown.domain.errors import NotFound
from staydown.domain.misuse import MisuseReview, Seen
from staydown.domain.uploads import Upload
from staydown.services.misuse.save_conduct import seen_of


@dataclass(frozen=True, slots=True)
class MisuseView:
    """seen, warned_at, went_on: as it is now. exact: of the named strikes, those that are the judged file
    itself. shown: what their judged images show, and in how many of these cases."""

    review: MisuseReview
    seen: Seen
    warned_at: datetime | None
    went_on: bool
    exact: int
    shown: tuple[tuple[Shown, int], ...]


def list_misuse(
    stack: Stack, *, queue: str, after: Item | None, limit: int
) -> tuple[list[MisuseReview], Item | None]:
    """A page of the reviews that wait, or of those that suspend somebody, and where the next page starts."""
    return stack.misuse.listed(queue, after=after, limit=limit)


def view_misuse(stack: Stack, *, review_id: str, reviewer: str) -> MisuseView:
    """ConflictOfInterest for who declared one in a case that it rests on."""
    review = load_review(stack, review_id)
    seen = seen_of(stack, review.platform, review.account_id)
    uploads = stack.uploads.get_many(seen.refs)
    cases = cases_behind(stack, uploads)
    for case in cases:
        case.check_impartial(reviewer)
    conduct = stack.accounts.get(review.platform, review.account_id).conduct
    counted = {one: sum(one in _shown(case) for case in cases) for one in Shown}
    return MisuseView(
        review=review,
        seen=seen,
        warned_at=conduct.standing_warning(seen),
        went_on=conduct.went_on(seen),
        exact=sum(any(match.exact for match in upload.matches) for upload in uploads),
        shown=tuple((one, by) for one, by in counted.items() if by),
    )


def load_review(stack: Stack, review_id: str) -> MisuseReview:
    review = stack.misuse.review(review_id)
    if review is None:
        raise NotFound(f"There is no review {review_id[:64]!r}.")
    return review


def cases_behind(stack: Stack, uploads: list[Upload]) -> list[Case]:
    """The decided cases by which these uploads were stopped."""
    met = {match.entry_id for upload in uploads for match in upload.matches[:1]}
    entries = stack.bank.entries(met).values()
    judged = {
        support.reference
        for stored in entries
        for support in stored.entry.supports
        if support.source is Source.CASE
    }
    return stack.cases.cases(judged)


def _shown(case: Case) -> frozenset[Shown]:
    """Of a locked case nobody here learns anything."""
    if case.decision is None or case.state is CaseState.LOCKED:
        return frozenset()
    return case.decision.factors.shown

"""The reviewers' queue: nearest deadline first, and the next case without a choice."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import datetime

from staydown.aws.codec import Item
from staydown.aws.stack import Stack
from staydown.domain.cases.case import Case
from staydown.domain.cases.second_opinions import SecondOpinionCause
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import (
    AlreadyDecided,
    CaseIsLocked,
    ClaimedByAnother,
    ConflictOfInterest,
    NotFound,
    StaleVersion,
)
from staydown.services.cases.save_case import save_case
from staydown.services.deferrals import Deferrals
from staydown.services.retries import retry_on_conflict


def list_queued_cases(stack: Stack, *, after: Item | None, limit: int) -> tuple[list[Case], Item | None]:
    """A page of the undecided cases, and where the next page starts."""
    return stack.cases.list_undecided_cases(after=after, limit=limit)


def deferral_ends(stack: Stack, cases: Iterable[Case]) -> dict[str, datetime]:
    """Those of the cases that nobody is given before a moment, by id: only somebody whose reports are
    suspended stands behind them."""
    asides = Deferrals(stack)
    return {case.case_id: until for case in cases if (until := asides.deferred_until(case)) is not None}


def list_locked_cases(stack: Stack, *, after: Item | None, limit: int) -> tuple[list[Case], Item | None]:
    """A page of the locked cases, the oldest first, and where the next page starts."""
    return stack.cases.list_locked_cases(after=after, limit=limit)


def claim_next(stack: Stack, *, reviewer: str, skip: Container[str] = ()) -> Case | None:
    """Claim the case with the nearest deadline that nobody works on; None when there is none.

    passing_over: cases that this reviewer has done with, though their decision is not sent yet, or leaves to
    others. What a reporter was asked about comes after all that can be decided without, as long as there is
    time; what is set aside, when it is no more.
    """
    now = stack.now()
    asked: list[Case] = []
    asides = Deferrals(stack)
    for listed in stack.cases.iterate_undecided_cases():
        claim = listed.claim
        if listed.case_id in skip:
            continue
        if claim is not None and claim.expires_at > now and claim.reviewer != reviewer:
            continue
        if listed.state is CaseState.NEEDS_INFORMATION and listed.overdue_at is None:
            asked.append(listed)
        elif asides.deferred_until(listed) is None and (claimed := _try_claim(stack, listed, reviewer)):
            return claimed
    return next((case for one in asked if (case := _try_claim(stack, one, reviewer)) is not None), None)


def _try_claim(stack: Stack, listed: Case, reviewer: str) -> Case | None:
    """None when somebody was faster (the queue lags behind the cases), or when it is not for them."""
    try:
        return claim_case(stack, case_id=listed.case_id, reviewer=reviewer)
    except (AlreadyDecided, CaseIsLocked, ClaimedByAnother, ConflictOfInterest):
        return None


@retry_on_conflict
def claim_case(stack: Stack, *, case_id: str, reviewer: str) -> Case:
    """Lease the case to this reviewer; claiming it again renews the lease."""
    case = get_case(stack, case_id)
    now = stack.now()
    claimed = case.claimed(reviewer, now=now, expires_at=now + stack.settings.claim_lease)
    transaction = stack.transaction()
    save_case(stack, transaction, claimed, actor=reviewer, action="case.claimed", details={})
    transaction.commit()
    return claimed


@retry_on_conflict
def unclaim_case(stack: Stack, *, case_id: str, reviewer: str) -> None:
    """End this reviewer's claim, so that others get the case before its lease runs out.

    Told twice, or when the case is not theirs any more, it changes nothing.
    """
    case = get_case(stack, case_id)
    left = case.unclaimed(reviewer)
    if left is case:
        return
    transaction = stack.transaction()
    save_case(stack, transaction, left, actor=reviewer, action="case.left", details={})
    transaction.commit()


@retry_on_conflict
def recuse(stack: Stack, *, case_id: str, reviewer: str) -> Case:
    """The case is never this reviewer's again: not to claim, see, judge, or decide an appeal of.

    Declared twice it is declared once; there is no way back.
    """
    case = get_case(stack, case_id)
    if reviewer in case.recused:
        return case
    transaction = stack.transaction()
    declared = case.with_recusal(reviewer)
    if case.decision is not None and case.decision.reviewer == reviewer:
        declared = declared.with_second_opinion_requested(SecondOpinionCause.CONFLICT_OF_INTEREST)
    save_case(stack, transaction, declared, actor=reviewer, action="conflict.declared", details={})
    transaction.commit()
    return declared


def get_case(stack: Stack, case_id: str) -> Case:
    case = stack.cases.get_case(case_id)
    if case is None:
        raise NotFound(f"There is no case {case_id[:64]!r}.")
    return case


def require_may_act(stack: Stack, case: Case, reviewer: str, expected_revision: int | None) -> None:
    """Raise unless they may act on the case as they read it: impartial, up to date, nobody else's by now."""
    case.require_not_recused(reviewer)
    if expected_revision is not None and expected_revision != case.revision:
        raise StaleVersion(
            "The case changed since you read it; read it again, then go on.",
            extra={"state": case.state.value, "revision": case.revision},
        )
    claim = case.claim
    if claim is not None and claim.reviewer != reviewer and claim.expires_at > stack.now():
        raise ClaimedByAnother("Another reviewer is working on this case.")

"""The review queue: cases by deadline, and claims on them."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import datetime

from staydown.aws.codec import Item
from staydown.aws.stack import Stack
from staydown.domain.audit.actions import AuditAction
from staydown.domain.audit.actors import Actor
from staydown.domain.audit.details import ActionOnly
from staydown.domain.cases.case import Case
from staydown.domain.cases.second_opinions import SecondOpinionCause
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import AlreadyDecided, CaseIsLocked, ClaimedByAnother, ConflictOfInterest
from staydown.services.access.cases import get_case
from staydown.services.deferrals import Deferrals
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import UnitOfWork


def list_queued_cases(stack: Stack, *, after: Item | None, limit: int) -> tuple[list[Case], Item | None]:
    """Return a page of the undecided cases, and where the next page starts."""
    return stack.cases.list_undecided_cases(after=after, limit=limit)


def deferral_ends(stack: Stack, cases: Iterable[Case]) -> dict[str, datetime]:
    """Return when each deferred case is given to reviewers again, by its id."""
    deferrals = Deferrals(stack)
    return {case.case_id: until for case in cases if (until := deferrals.deferred_until(case)) is not None}


def list_locked_cases(stack: Stack, *, after: Item | None, limit: int) -> tuple[list[Case], Item | None]:
    """Return a page of the locked cases, the oldest first, and where the next page starts."""
    return stack.cases.list_locked_cases(after=after, limit=limit)


def claim_next(stack: Stack, *, reviewer: str, skip: Container[str] = ()) -> Case | None:
    """Claim the case with the nearest deadline that nobody has claimed. Return None where there is none.

    skip: cases that this reviewer has finished, although the decision is not sent yet, or leaves to others.
    Cases that wait for a reporter's answer come last while there is time. Deferred cases are left out.
    """
    now = stack.now()
    waiting_for_reporter: list[Case] = []
    deferrals = Deferrals(stack)
    for listed in stack.cases.iterate_undecided_cases():
        claim = listed.claim
        if listed.case_id in skip:
            continue
        if claim is not None and claim.expires_at > now and claim.reviewer != reviewer:
            continue
        if listed.state is CaseState.NEEDS_INFORMATION and listed.overdue_at is None:
            waiting_for_reporter.append(listed)
        elif deferrals.deferred_until(listed) is None and (claimed := _try_claim(stack, listed, reviewer)):
            return claimed
    claims = (_try_claim(stack, listed, reviewer) for listed in waiting_for_reporter)
    return next((case for case in claims if case is not None), None)


def _try_claim(stack: Stack, listed: Case, reviewer: str) -> Case | None:
    """Return None where another reviewer was faster (the queue lags), or the case is not for this one."""
    try:
        return claim_case(stack, case_id=listed.case_id, reviewer=reviewer)
    except (AlreadyDecided, CaseIsLocked, ClaimedByAnother, ConflictOfInterest):
        return None


@retry_on_conflict
def claim_case(stack: Stack, *, case_id: str, reviewer: str) -> Case:
    """Lease the case to this reviewer; claiming it again renews the lease."""
    uow = UnitOfWork(stack, Actor.reviewer(reviewer))
    case = get_case(stack, case_id)
    claimed = case.claimed(reviewer, now=uow.now, expires_at=uow.now + stack.settings.claim_lease)
    claimed = uow.record(claimed, ActionOnly(AuditAction.CASE_CLAIMED))
    uow.commit()
    return claimed


@retry_on_conflict
def unclaim_case(stack: Stack, *, case_id: str, reviewer: str) -> None:
    """End this reviewer's claim before its lease expires; without a claim, change nothing."""
    uow = UnitOfWork(stack, Actor.reviewer(reviewer))
    case = get_case(stack, case_id)
    unclaimed = case.unclaimed(reviewer)
    if unclaimed is case:
        return
    uow.record(unclaimed, ActionOnly(AuditAction.CASE_UNCLAIMED))
    uow.commit()


@retry_on_conflict
def recuse(stack: Stack, *, case_id: str, reviewer: str) -> Case:
    """Exclude a reviewer from a case for good: they cannot claim, see or decide it, nor its appeals.

    Repeated, it changes nothing. It cannot be undone.
    """
    uow = UnitOfWork(stack, Actor.reviewer(reviewer))
    case = get_case(stack, case_id)
    if reviewer in case.recused:
        return case
    recused = case.with_recusal(reviewer)
    if case.decision is not None and case.decision.reviewer == reviewer:
        recused = recused.with_second_opinion_requested(SecondOpinionCause.CONFLICT_OF_INTEREST)
    recused = uow.record(recused, ActionOnly(AuditAction.REVIEWER_RECUSED))
    uow.commit()
    return recused

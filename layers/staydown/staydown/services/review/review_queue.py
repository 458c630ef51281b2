"""The reviewers' queue: nearest deadline first, and the next case without a choice."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import datetime

from staydown.aws.items import Item
from staydown.aws.stack import Stack
from staydown.domain.case_states import CaseState
from staydown.domain.cases import Case
from staydown.domain.errors import (
    AlreadyDecided,
    CaseIsLocked,
    ClaimedByAnother,
    ConflictOfInterest,
    NotFound,
    StaleVersion,
)
from staydown.domain.opinions import AskedBy
from staydown.services.cases.save_case import save_case
from staydown.services.cases.set_aside import SetAsides
from staydown.services.retrying import retried


def list_queue(stack: Stack, *, after: Item | None, limit: int) -> tuple[list[Case], Item | None]:
    """A page of the undecided cases, and where the next page starts."""
    return stack.cases.queued_cases(after=after, limit=limit)


def waits_aside(stack: Stack, cases: Iterable[Case]) -> dict[str, datetime]:
    """Those of the cases that nobody is given before a moment, by id: only somebody whose reports are
    suspended stands behind them."""
    asides = SetAsides(stack)
    return {case.case_id: until for case in cases if (until := asides.until(case)) is not None}


def list_locked(stack: Stack, *, after: Item | None, limit: int) -> tuple[list[Case], Item | None]:
    """A page of the locked cases, the oldest first, and where the next page starts."""
    return stack.cases.locked_cases(after=after, limit=limit)


def claim_next(stack: Stack, *, reviewer: str, passing_over: Container[str] = ()) -> Case | None:
    """Claim the case with the nearest deadline that nobody works on; None when there is none.

    passing_over: cases that this reviewer has done with, though their decision is not sent yet, or leaves to
    others. What a reporter was asked about comes after all that can be decided without, as long as there is
    time; what is set aside, when it is no more.
    """
    now = stack.now()
    asked: list[Case] = []
    asides = SetAsides(stack)
    for listed in stack.cases.all_queued_cases():
        claim = listed.claim
        if listed.case_id in passing_over:
            continue
        if claim is not None and claim.until > now and claim.reviewer != reviewer:
            continue
        if listed.state is CaseState.NEEDS_INFORMATION and listed.overdue_at is None:
            asked.append(listed)
        elif asides.until(listed) is None and (claimed := _claimed(stack, listed, reviewer)):
            return claimed
    return next((case for one in asked if (case := _claimed(stack, one, reviewer)) is not None), None)


def _claimed(stack: Stack, listed: Case, reviewer: str) -> Case | None:
    """None when somebody was faster (the queue lags behind the cases), or when it is not for them."""
    try:
        return claim_case(stack, case_id=listed.case_id, reviewer=reviewer)
    except (AlreadyDecided, CaseIsLocked, ClaimedByAnother, ConflictOfInterest):
        return None


@retried
def claim_case(stack: Stack, *, case_id: str, reviewer: str) -> Case:
    """Lease the case to this reviewer; claiming it again renews the lease."""
    case = load_case(stack, case_id)
    now = stack.now()
    claimed = case.claimed(reviewer, now=now, until=now + stack.settings.claim_lease)
    transaction = stack.transaction()
    save_case(stack, transaction, claimed, actor=reviewer, action="case.claimed", details={})
    transaction.commit()
    return claimed


@retried
def leave_case(stack: Stack, *, case_id: str, reviewer: str) -> None:
    """End this reviewer's claim, so that others get the case before its lease runs out.

    Told twice, or when the case is not theirs any more, it changes nothing.
    """
    case = load_case(stack, case_id)
    left = case.left(reviewer)
    if left is case:
        return
    transaction = stack.transaction()
    save_case(stack, transaction, left, actor=reviewer, action="case.left", details={})
    transaction.commit()


@retried
def declare_conflict(stack: Stack, *, case_id: str, reviewer: str) -> Case:
    """The case is never this reviewer's again: not to claim, see, judge, or decide an appeal of.

    Declared twice it is declared once; there is no way back.
    """
    case = load_case(stack, case_id)
    if reviewer in case.conflicted:
        return case
    transaction = stack.transaction()
    declared = case.conflict_declared(reviewer)
    if case.decision is not None and case.decision.reviewer == reviewer:
        declared = declared.judged_twice(AskedBy.CONFLICT)
    save_case(stack, transaction, declared, actor=reviewer, action="conflict.declared", details={})
    transaction.commit()
    return declared


def load_case(stack: Stack, case_id: str) -> Case:
    case = stack.cases.case(case_id)
    if case is None:
        raise NotFound(f"There is no case {case_id[:64]!r}.")
    return case


def check_turn(stack: Stack, case: Case, reviewer: str, expected_revision: int | None) -> None:
    """Raise unless they may act on the case as they read it: impartial, up to date, nobody else's by now."""
    case.check_impartial(reviewer)
    if expected_revision is not None and expected_revision != case.revision:
        raise StaleVersion(
            "The case changed since you read it; read it again, then go on.",
            extra={"state": case.state.value, "revision": case.revision},
        )
    claim = case.claim
    if claim is not None and claim.reviewer != reviewer and claim.until > stack.now():
        raise ClaimedByAnother("Another reviewer is working on this case.")

"""Second opinions: another reviewer decides a case without seeing its decision.

The decision stays in force meanwhile. An agreement is only counted. A disagreement goes to a senior reviewer
who had no part in either, like an appeal. A reviewer who sees a child locks the case at once.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from staydown.aws.codec import Item
from staydown.aws.stack import Stack
from staydown.domain.audit.actions import AuditAction
from staydown.domain.audit.actors import Actor
from staydown.domain.audit.case_details import OpinionGiven
from staydown.domain.audit.details import ActionOnly
from staydown.domain.cases.appeals import Disagreement, disagreement_appeal_id
from staydown.domain.cases.case import Case
from staydown.domain.cases.decisions import Decision, DecisionOutcome
from staydown.domain.errors import ClaimedByAnother, Conflict, InvalidRequest, NotAllowed
from staydown.domain.events import CaseDecided
from staydown.domain.events import OpinionGiven as OpinionGivenEvent
from staydown.services.access.cases import get_case
from staydown.services.bank.bank_writer import BankWriter
from staydown.services.enforcement import overturn
from staydown.services.retries import retry_on_conflict
from staydown.services.review.decide_case import Judgement
from staydown.services.unit_of_work import UnitOfWork
from staydown.services.uploads.sync_location import take_down_image


def list_cases_awaiting_opinion(
    stack: Stack, *, after: Item | None, limit: int
) -> tuple[list[Case], Item | None]:
    """Return a page of cases with a pending second opinion, the oldest first, and where the next starts."""
    return stack.cases.list_awaiting_second_opinion(after=after, limit=limit)


def claim_next_opinion(stack: Stack, *, reviewer: str, skip: Container[str] = ()) -> Case | None:
    """Claim the oldest pending second opinion that this reviewer may give. Return None where there is none.

    One that they have claimed already comes first. skip: cases that they have finished, although the opinion
    is not sent yet.
    """
    waiting = [one for one in _all_awaiting_opinion(stack) if one.case_id not in skip]
    for listed in sorted(waiting, key=lambda one: not one.has_claimed_second_opinion(reviewer)):
        try:
            return claim_opinion(stack, case_id=listed.case_id, reviewer=reviewer)
        except (ClaimedByAnother, Conflict, NotAllowed):
            continue
    return None


def _all_awaiting_opinion(stack: Stack) -> Iterator[Case]:
    """Yield the cases page by page, the oldest first."""
    after: Item | None = None
    while True:
        page, after = stack.cases.list_awaiting_second_opinion(after=after)
        yield from page
        if after is None:
            return


@retry_on_conflict
def claim_opinion(stack: Stack, *, case_id: str, reviewer: str) -> Case:
    """Lease the second opinion of a case to a reviewer."""
    uow = UnitOfWork(stack, Actor.reviewer(reviewer))
    case = get_case(stack, case_id)
    lease_ends = uow.now + stack.settings.claim_lease
    claimed = case.with_second_opinion_claimed(reviewer, now=uow.now, expires_at=lease_ends)
    claimed = uow.record(claimed, ActionOnly(AuditAction.OPINION_CLAIMED))
    uow.commit()
    return claimed


def give_opinion(stack: Stack, *, case_id: str, reviewer: str, judgement: Judgement) -> Case:
    """Give a second opinion; the same opinion twice is one. Raise InvalidRequest for `needs_information`."""
    if judgement.outcome is DecisionOutcome.NEEDS_INFORMATION:
        raise InvalidRequest(
            "A second opinion decides on the image.", pointers={"/outcome": "not needs_information"}
        )
    case = _record_opinion(stack, case_id, reviewer, judgement, BankWriter(stack))
    if judgement.outcome is DecisionOutcome.SUSPECTED_CHILD:
        for upload_id in case.uploads:
            take_down_image(stack, upload_id)
    return case


@retry_on_conflict
def _record_opinion(
    stack: Stack, case_id: str, reviewer: str, judgement: Judgement, bank_writer: BankWriter
) -> Case:
    uow = UnitOfWork(stack, Actor.reviewer(reviewer))
    case = get_case(stack, case_id)
    given = case.second_opinion.decision if case.second_opinion is not None else None
    if given is not None and given.reviewer == reviewer and given.outcome is judgement.outcome:
        return case
    case.require_not_recused(reviewer)
    decision = Decision(judgement.outcome, judgement.factors, judgement.reasons, reviewer, uow.now)
    case = case.with_second_opinion(decision)
    agrees = bool(case.second_opinion_agrees)
    if judgement.outcome is DecisionOutcome.SUSPECTED_CHILD:
        case = _lock_case(uow, case, decision, bank_writer)
    elif not agrees:
        disagreement = Disagreement(
            appeal_id=disagreement_appeal_id(case_id),
            case_id=case_id,
            statement=judgement.reasons,
            filed_at=uow.now,
        )
        uow.cover(disagreement, by=case)
        case = case.with_appeal(disagreement.appeal_id)
    case = uow.record(case, OpinionGiven(agrees), OpinionGivenEvent(case_id, agrees))
    uow.commit()
    return case


def _lock_case(uow: UnitOfWork, case: Case, decision: Decision, bank_writer: BankWriter) -> Case:
    """Replace the decision, whatever it was, and enforce this one."""
    uploads = uow.stack.uploads.get_many(case.uploads)
    locked = case.overturned(decision)
    enforced = overturn(uow, case.with_decision(decision), uploads, bank_writer)
    uow.emit(CaseDecided(case.case_id, decision.outcome, case.uploads))
    return locked.with_enforcement(enforced)

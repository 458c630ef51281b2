"""Requests to erase the images of a case before their time. The next retention run carries them out.

Images that others reported too are not erased at the request of one reporter: the account holder may report
an image to destroy evidence. A senior reviewer decides on such a request.
"""

from __future__ import annotations

from dataclasses import replace

from staydown.aws.codec import Item
from staydown.aws.stack import Stack
from staydown.domain.audit.actions import AuditAction
from staydown.domain.audit.actors import REPORTER, Actor
from staydown.domain.audit.details import ActionOnly
from staydown.domain.cases.case import Case
from staydown.domain.cases.decisions import ComplainantIsSubject
from staydown.domain.cases.reports import Report
from staydown.domain.cases.retention import require_erasable
from staydown.domain.errors import Conflict, StaydownError
from staydown.services.access.cases import get_case
from staydown.services.access.reporters import authenticate_reporter, require_active_report
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import UnitOfWork

_PERSON_SHOWN_OR_AGENT = {ComplainantIsSubject.YES, ComplainantIsSubject.ACTS_FOR_THEM}


@retry_on_conflict
def request_erasure(stack: Stack, case_id: str, *, actor: Actor) -> Case:
    """Request the erasure of the images of a case; requested twice is requested once.

    Raise Conflict where they cannot be erased yet.
    """
    uow = UnitOfWork(stack, actor)
    case = get_case(stack, case_id)
    case.require_not_recused(str(actor))
    if case.erasure_requested_at is not None:
        return case
    requested = replace(case, erasure_requested_at=uow.now)
    return _save_request(uow, case, requested, AuditAction.ERASURE_REQUESTED)


def request_erasure_as_reporter(stack: Stack, case_number: str, secret: str) -> None:
    """Request the erasure of every decided image of a report, by the person shown or their agent.

    Images that cannot be erased yet are left out. Raise Conflict where there is none to erase.
    """
    report = authenticate_reporter(stack, case_number, secret)
    require_active_report(report)
    refusals: list[StaydownError] = []
    for case_id in report.case_ids:
        try:
            _request_or_propose(stack, case_id, report)
        except StaydownError as error:
            refusals.append(error)
    if len(refusals) == len(report.case_ids):
        raise refusals[0] if refusals else Conflict("There is no image to erase.")


@retry_on_conflict
def _request_or_propose(stack: Stack, case_id: str, report: Report) -> Case:
    """Request the erasure for the only reporter of a case, or propose it for one of several."""
    uow = UnitOfWork(stack, REPORTER)
    case = get_case(stack, case_id)
    if case.decision is not None and case.decision.factors.complainant not in _PERSON_SHOWN_OR_AGENT:
        raise Conflict("It was not established that you are the person shown or act for them.")
    if case.erasure_requested_at is not None or case.erasure_proposed_at is not None:
        return case
    if _has_other_reporters(stack, case, report):
        proposed = replace(case, erasure_proposed_at=uow.now)
        return _save_request(uow, case, proposed, AuditAction.ERASURE_PROPOSED)
    requested = replace(case, erasure_requested_at=uow.now)
    return _save_request(uow, case, requested, AuditAction.ERASURE_REQUESTED)


def list_erasure_proposals(stack: Stack, *, after: Item | None, limit: int) -> tuple[list[Case], Item | None]:
    """Return a page of the cases with a proposed erasure, the oldest first, and the start of the next."""
    return stack.cases.list_erasure_proposals(after=after, limit=limit)


def _has_other_reporters(stack: Stack, case: Case, report: Report) -> bool:
    """Return whether there were others at the decision: its finding does not tell which of them is shown."""
    decided_at = case.decision.at if case.decision is not None else stack.now()
    return any(
        other.case_number != report.case_number
        and (other.withdrawn_at is None or other.withdrawn_at >= decided_at)
        for other in stack.cases.get_reports(case.reports)
    )


def _save_request(uow: UnitOfWork, case: Case, changed: Case, action: AuditAction) -> Case:
    require_erasable(case, uow.stack.settings.retention, uow.now)
    changed = uow.record(replace(changed, revision=case.revision + 1), ActionOnly(action))
    uow.commit()
    return changed

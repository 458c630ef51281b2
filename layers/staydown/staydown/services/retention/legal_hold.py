"""Legal holds: nothing of a held case is erased until two people have released it."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from staydown.aws.stack import Stack
from staydown.domain.audit.actions import AuditAction
from staydown.domain.audit.actors import REPORTER, Actor
from staydown.domain.audit.case_details import LegalHoldSet
from staydown.domain.audit.details import ActionOnly
from staydown.domain.cases.case import Case
from staydown.domain.cases.legal_hold import LegalHold
from staydown.domain.errors import Conflict
from staydown.services.access.cases import get_case
from staydown.services.access.reporters import authenticate_reporter, require_active_report
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import UnitOfWork


class LegalHoldReason(StrEnum):
    """Why a case is held, as the audit records it."""

    POLICE = "police"
    COURT = "court"
    COMPLAINT = "complaint_to_an_authority"


@retry_on_conflict
def place_legal_hold(stack: Stack, case_id: str, *, actor: Actor, reason: LegalHoldReason) -> Case:
    """Place a legal hold on a case; a held case stays as it is.

    A reviewer's hold also takes back a requested release. A reporter's does not: that is for two people.
    Raise Conflict where the case is being erased.
    """
    uow = UnitOfWork(stack, actor)
    case = get_case(stack, case_id)
    case.require_not_recused(str(actor))
    if case.erasing:
        raise Conflict("The retention time of this case is over, and it is being erased.")
    hold = case.legal_hold
    if hold is not None and (hold.release_requested_by is None or actor == REPORTER):
        return case
    hold = (
        LegalHold(str(actor), uow.now, reason.value)
        if hold is None
        else replace(hold, release_requested_by=None)
    )
    held = replace(case, legal_hold=hold, revision=case.revision + 1)
    held = uow.record(held, LegalHoldSet(reason.value))
    uow.commit()
    return held


@retry_on_conflict
def release_legal_hold(stack: Stack, case_id: str, *, actor: Actor) -> Case:
    """Request the release of a hold, or confirm the request of another person: then the hold ends.

    The case is saved in place of the version that was read, so nobody confirms a request of their own.
    """
    uow = UnitOfWork(stack, actor)
    case = get_case(stack, case_id)
    case.require_not_recused(str(actor))
    if case.legal_hold is None:
        return case
    requested_by = case.legal_hold.release_requested_by
    if requested_by == str(actor):
        return case
    is_confirmed = requested_by is not None
    hold = None if is_confirmed else replace(case.legal_hold, release_requested_by=str(actor))
    released = replace(case, legal_hold=hold, revision=case.revision + 1)
    action = AuditAction.LEGAL_HOLD_RELEASED if is_confirmed else AuditAction.LEGAL_HOLD_RELEASE_REQUESTED
    released = uow.record(released, ActionOnly(action))
    uow.commit()
    return released


def preserve_reported_cases(stack: Stack, case_number: str, secret: str) -> None:
    """Place a legal hold on each case of a report, for the police.

    Raise Conflict for a report that is withdrawn or not complete.
    """
    report = authenticate_reporter(stack, case_number, secret)
    require_active_report(report)
    for case_id in report.case_ids:
        if stack.cases.get_case(case_id) is not None:
            place_legal_hold(stack, case_id, actor=REPORTER, reason=LegalHoldReason.POLICE)

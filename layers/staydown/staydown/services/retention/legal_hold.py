"""Preserving a case: nothing of it is erased until two people have let it go."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from staydown.aws.stack import Stack
from staydown.domain.cases.case import Case
from staydown.domain.cases.legal_hold import LegalHold
from staydown.domain.errors import Conflict
from staydown.services.cases.save_case import save_case
from staydown.services.reports.view_report import authenticate_reporter, require_active_report
from staydown.services.retries import retry_on_conflict
from staydown.services.review.review_queue import get_case

REPORTER = "reporter"


class LegalHoldReason(StrEnum):
    """Why, in a word that may stand in the audit."""

    POLICE = "police"
    COURT = "court"
    COMPLAINT = "complaint_to_an_authority"


@retry_on_conflict
def place_legal_hold(stack: Stack, case_id: str, *, actor: str, reason: LegalHoldReason) -> Case:
    """Hold it, or ask for nothing if it is held already.

    A release that was asked for is taken back, but not by who reported: that is for two people to judge.
    """
    case = get_case(stack, case_id)
    case.require_not_recused(actor)
    if case.erasing:
        raise Conflict("The time of this case is over; it is being erased.")
    if case.legal_hold is not None and (case.legal_hold.release_requested_by is None or actor == REPORTER):
        return case
    hold = (
        LegalHold(actor, stack.now(), reason.value)
        if case.legal_hold is None
        else replace(case.legal_hold, release_requested_by=None)
    )
    held = replace(case, legal_hold=hold, revision=case.revision + 1)
    transaction = stack.transaction()
    held = save_case(
        stack, transaction, held, actor=actor, action="case.held", details={"reason": reason.value}
    )
    transaction.commit()
    return held


@retry_on_conflict
def release_legal_hold(stack: Stack, case_id: str, *, actor: str) -> Case:
    """Ask for the release of a hold, or confirm what somebody else has asked for: then it is over.

    The case is written in place of the very version that was read, so nobody ever confirms what they asked
    for themselves, and nothing that happens meanwhile is overlooked.
    """
    case = get_case(stack, case_id)
    case.require_not_recused(actor)
    if case.legal_hold is None:
        return case
    asked_by = case.legal_hold.release_requested_by
    if asked_by == actor:
        return case
    over = asked_by is not None
    hold = None if over else replace(case.legal_hold, release_requested_by=actor)
    released = replace(case, legal_hold=hold, revision=case.revision + 1)
    action = "case.released" if over else "case.release_asked"
    transaction = stack.transaction()
    released = save_case(stack, transaction, released, actor=actor, action=action, details={})
    transaction.commit()
    return released


def preserve_reported_cases(stack: Stack, case_number: str, secret: str) -> None:
    """Who reported wants everything kept for the police: each case of the report is held.

    Conflict for a report that was withdrawn, or that was never complete.
    """
    report = authenticate_reporter(stack, case_number, secret)
    require_active_report(report)
    for case_id in report.case_ids:
        if stack.cases.get_case(case_id) is not None:
            place_legal_hold(stack, case_id, actor=REPORTER, reason=LegalHoldReason.POLICE)

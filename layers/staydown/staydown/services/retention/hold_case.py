"""Preserving a case: nothing of it is erased until two people have let it go."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from staydown.aws.stack import Stack
from staydown.domain.cases import Case
from staydown.domain.errors import Conflict
from staydown.domain.holds import Hold
from staydown.services.cases.save_case import save_case
from staydown.services.reports.follow_report import check_stands, open_report
from staydown.services.retrying import retried
from staydown.services.review.review_queue import load_case

REPORTER = "reporter"


class HoldReason(StrEnum):
    """Why, in a word that may stand in the audit."""

    POLICE = "police"
    COURT = "court"
    COMPLAINT = "complaint_to_an_authority"


@retried
def hold_case(stack: Stack, case_id: str, *, by: str, reason: HoldReason) -> Case:
    """Hold it, or ask for nothing if it is held already.

    A release that was asked for is taken back, but not by who reported: that is for two people to judge.
    """
    case = load_case(stack, case_id)
    case.check_impartial(by)
    if case.erasing:
        raise Conflict("The time of this case is over; it is being erased.")
    if case.hold is not None and (case.hold.release_asked_by is None or by == REPORTER):
        return case
    hold = (
        Hold(by, stack.now(), reason.value)
        if case.hold is None
        else replace(case.hold, release_asked_by=None)
    )
    held = replace(case, hold=hold, revision=case.revision + 1)
    transaction = stack.transaction()
    held = save_case(stack, transaction, held, actor=by, action="case.held", details={"reason": reason.value})
    transaction.commit()
    return held


@retried
def release_case(stack: Stack, case_id: str, *, by: str) -> Case:
    """Ask for the release of a hold, or confirm what somebody else has asked for: then it is over.

    The case is written in place of the very version that was read, so nobody ever confirms what they asked
    for themselves, and nothing that happens meanwhile is overlooked.
    """
    case = load_case(stack, case_id)
    case.check_impartial(by)
    if case.hold is None:
        return case
    asked_by = case.hold.release_asked_by
    if asked_by == by:
        return case
    over = asked_by is not None
    hold = None if over else replace(case.hold, release_asked_by=by)
    released = replace(case, hold=hold, revision=case.revision + 1)
    action = "case.released" if over else "case.release_asked"
    transaction = stack.transaction()
    released = save_case(stack, transaction, released, actor=by, action=action, details={})
    transaction.commit()
    return released


def preserve_report(stack: Stack, case_number: str, secret: str) -> None:
    """Who reported wants everything kept for the police: each case of the report is held.

    Conflict for a report that was withdrawn, or that was never complete.
    """
    report = open_report(stack, case_number, secret)
    check_stands(report)
    for case_id in report.case_ids:
        if stack.cases.case(case_id) is not None:
            hold_case(stack, case_id, by=REPORTER, reason=HoldReason.POLICE)

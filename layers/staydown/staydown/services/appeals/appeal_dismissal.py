"""Somebody whose report was refused asks for another look."""

from __future__ import annotations

from staydown.aws.stack import Stack
from staydown.domain.cases.appeals import (
    Appeal,
    AppealParty,
    dismissal_appeal_id,
    require_appealable_dismissal,
)
from staydown.domain.errors import Conflict, StaydownError
from staydown.domain.events import EventType
from staydown.services.cases.save_case import save_case
from staydown.services.reports.case_assignment import REPORTER
from staydown.services.reports.view_report import authenticate_reporter, find_dismissal_appeal
from staydown.services.retries import retry_on_conflict


@retry_on_conflict
def appeal_dismissal(stack: Stack, case_number: str, secret: str, statement: str) -> list[Appeal]:
    """Appeal every refusal of this report that can be appealed; told twice, it is one appeal of each.

    Conflict, with what speaks against it, when there is none.
    """
    report = authenticate_reporter(stack, case_number, secret)
    if report.withdrawn_at is not None:
        raise Conflict("The report was withdrawn; there is no decision of it to appeal.")
    found = [case for case_id in report.case_ids if (case := stack.cases.get_case(case_id)) is not None]
    known = [one for case in found if (one := find_dismissal_appeal(stack, case, report)) is not None]
    appealed = {one.case_id for one in known}
    now = stack.now()
    transaction = stack.transaction()
    filed: list[Appeal] = []
    refusals: list[StaydownError] = []
    for case in found:
        if case.case_id in appealed:
            continue
        try:
            require_appealable_dismissal(case, now=now, window=stack.settings.appeal_window)
        except StaydownError as error:
            refusals.append(error)
            continue
        appeal = Appeal(
            dismissal_appeal_id(case.case_id, report.case_number),
            case.case_id,
            platform="",
            account_id="",
            statement=statement,
            filed_at=now,
            party=AppealParty.REPORTER,
            case_number=report.case_number,
        )
        filed.append(appeal)
        stack.cases.save_appeal(transaction, appeal)
        appealed_case = case.with_appeal(appeal.appeal_id)
        details = {"appeal_id": appeal.appeal_id, "by": AppealParty.REPORTER.value}
        save_case(stack, transaction, appealed_case, actor=REPORTER, action="appeal.filed", details=details)
        event = {"appeal_id": appeal.appeal_id, "case_id": case.case_id, "platform": "", "account_id": ""}
        stack.outbox.add(transaction, EventType.APPEAL_FILED, event, at=now)
    if not filed and not known:
        raise refusals[0] if refusals else Conflict("Nothing of this report was decided yet.")
    transaction.commit()
    return known + filed

"""Somebody whose report was refused asks for another look."""

from __future__ import annotations

from staydown.aws.stack import Stack
from staydown.domain.appeals import Appeal, Appellant, check_refusal, refusal_appeal_id
from staydown.domain.errors import Conflict, StaydownError
from staydown.domain.events import EventType
from staydown.services.cases.save_case import save_case
from staydown.services.reports.follow_report import open_report, refusal_appeal
from staydown.services.reports.reported_cases import REPORTER
from staydown.services.retrying import retried


@retried
def appeal_refusal(stack: Stack, case_number: str, secret: str, statement: str) -> list[Appeal]:
    """Appeal every refusal of this report that can be appealed; told twice, it is one appeal of each.

    Conflict, with what speaks against it, when there is none.
    """
    report = open_report(stack, case_number, secret)
    if report.withdrawn_at is not None:
        raise Conflict("The report was withdrawn; there is no decision of it to appeal.")
    found = [case for case_id in report.case_ids if (case := stack.cases.case(case_id)) is not None]
    known = [one for case in found if (one := refusal_appeal(stack, case, report)) is not None]
    appealed = {one.case_id for one in known}
    now = stack.now()
    transaction = stack.transaction()
    filed: list[Appeal] = []
    refusals: list[StaydownError] = []
    for case in found:
        if case.case_id in appealed:
            continue
        try:
            check_refusal(case, now=now, window=stack.settings.appeal_window)
        except StaydownError as error:
            refusals.append(error)
            continue
        appeal = Appeal(
            refusal_appeal_id(case.case_id, report.case_number),
            case.case_id,
            platform="",
            account_id="",
            statement=statement,
            filed_at=now,
            party=Appellant.REPORTER,
            report=report.case_number,
        )
        filed.append(appeal)
        stack.cases.save_appeal(transaction, appeal)
        appealed_case = case.appealed(appeal.appeal_id)
        details = {"appeal_id": appeal.appeal_id, "by": Appellant.REPORTER.value}
        save_case(stack, transaction, appealed_case, actor=REPORTER, action="appeal.filed", details=details)
        event = {"appeal_id": appeal.appeal_id, "case_id": case.case_id, "platform": "", "account_id": ""}
        stack.outbox.add(transaction, EventType.APPEAL_FILED, event, at=now)
    if not filed and not known:
        raise refusals[0] if refusals else Conflict("Nothing of this report was decided yet.")
    transaction.commit()
    return known + filed

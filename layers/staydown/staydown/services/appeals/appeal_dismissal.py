"""A reporter appeals the dismissal of their report."""

from __future__ import annotations

from staydown.aws.stack import Stack
from staydown.domain.audit.actors import REPORTER
from staydown.domain.audit.case_details import AppealFiled
from staydown.domain.cases.appeals import (
    Appeal,
    DismissalAppeal,
    dismissal_appeal_id,
    require_appealable_dismissal,
)
from staydown.domain.errors import Conflict, StaydownError
from staydown.domain.events import AppealFiled as AppealFiledEvent
from staydown.services.access.reporters import authenticate_reporter
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import UnitOfWork


@retry_on_conflict
def appeal_dismissal(stack: Stack, case_number: str, secret: str, statement: str) -> list[Appeal]:
    """Appeal every dismissal of this report that can be appealed. The same appeal twice is one.

    Raise Conflict with the reason where there is none.
    """
    uow = UnitOfWork(stack, REPORTER)
    report = authenticate_reporter(stack, case_number, secret)
    if report.withdrawn_at is not None:
        raise Conflict("The report was withdrawn, so none of its decisions can be appealed.")
    found = [case for case_id in report.case_ids if (case := stack.cases.get_case(case_id)) is not None]
    ids = {case.case_id: dismissal_appeal_id(case.case_id, report.case_number) for case in found}
    known = stack.cases.get_appeals(ids.values())
    appealed = {appeal.case_id for appeal in known}
    filed: list[Appeal] = []
    refusals: list[StaydownError] = []
    for case in found:
        if case.case_id in appealed:
            continue
        try:
            require_appealable_dismissal(case, now=uow.now, window=stack.settings.appeal_window)
        except StaydownError as error:
            refusals.append(error)
            continue
        appeal = DismissalAppeal(
            appeal_id=ids[case.case_id],
            case_id=case.case_id,
            case_number=report.case_number,
            statement=statement,
            filed_at=uow.now,
        )
        filed.append(appeal)
        uow.cover(appeal, AppealFiledEvent(appeal.appeal_id, case.case_id, "", ""), by=case)
        details = AppealFiled(appeal.appeal_id, party=appeal.party)
        uow.record(case.with_appeal(appeal.appeal_id), details)
    if not filed and not known:
        raise refusals[0] if refusals else Conflict("No case of this report is decided yet.")
    uow.commit()
    return known + filed

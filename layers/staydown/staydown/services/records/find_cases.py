"""Finding the cases of a report by its case number: a court or the police know no other id.

Each case records that it was looked up, not by which number: the audit reveals no case number.
"""

from __future__ import annotations

from staydown.aws.stack import Stack
from staydown.domain.audit.actions import AuditAction
from staydown.domain.audit.actors import Actor
from staydown.domain.audit.details import ActionOnly
from staydown.domain.errors import NotFound
from staydown.domain.ids import normalise_case_number
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import UnitOfWork


@retry_on_conflict
def find_cases_by_number(stack: Stack, case_number: str, *, actor: Actor) -> tuple[str, ...]:
    """Return the ids of the cases of a report. case_number: as people type it. Raise NotFound."""
    uow = UnitOfWork(stack, actor)
    report = stack.cases.get_report(normalise_case_number(case_number))
    cases = stack.cases.get_cases(report.case_ids) if report is not None else []
    if not cases:
        raise NotFound("There is no case with this number, or it was erased.")
    for case in cases:
        uow.record(case, ActionOnly(AuditAction.CASE_LOOKED_UP))
    uow.commit()
    return tuple(sorted(case.case_id for case in cases))

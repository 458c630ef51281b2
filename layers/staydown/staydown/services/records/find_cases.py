"""The cases of a report, by the number that its sender was given: a court or the police know no other.

Each case has on record that it was looked up, and not by which number: nobody learns it from the audit.
"""

from __future__ import annotations

from staydown.aws.stack import Stack
from staydown.domain.errors import NotFound
from staydown.domain.ids import normalise_case_number
from staydown.services.cases.save_case import save_case
from staydown.services.retries import retry_on_conflict


@retry_on_conflict
def find_cases_by_number(stack: Stack, case_number: str, *, actor: str) -> tuple[str, ...]:
    """Their ids. case_number: as people type it. by: who looks. NotFound where there is none any more."""
    report = stack.cases.get_report(normalise_case_number(case_number))
    cases = stack.cases.get_cases(report.case_ids) if report is not None else []
    if not cases:
        raise NotFound("There is no case of this number; or it was erased when its time was over.")
    transaction = stack.transaction()
    for case in cases:
        save_case(stack, transaction, case, actor=actor, action="case.looked_up", details={})
    transaction.commit()
    return tuple(sorted(case.case_id for case in cases))

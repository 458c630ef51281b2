"""Lookups around a case: its number, and the uploads that its decision affects."""

from __future__ import annotations

from collections.abc import Iterator

from staydown.aws.stack import Stack
from staydown.domain.audit.actions import AuditAction
from staydown.domain.audit.actors import Actor
from staydown.domain.audit.details import ActionOnly
from staydown.domain.cases.case import Case
from staydown.domain.errors import NotFound
from staydown.domain.ids import normalise_case_number
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import UnitOfWork


@retry_on_conflict
def find_cases_by_number(stack: Stack, case_number: str, *, actor: Actor) -> tuple[str, ...]:
    """Return the ids of the cases of a report. Courts and the police know a case only by its case number.

    case_number: as people type it. Each case records that it was looked up, but not by which number: the
    audit reveals no case number. Raise NotFound where there is no such case.
    """
    uow = UnitOfWork(stack, actor)
    report = stack.cases.get_report(normalise_case_number(case_number))
    cases = stack.cases.get_cases(report.case_ids) if report is not None else []
    if not cases:
        raise NotFound("There is no case with this number, or it was erased.")
    for case in cases:
        uow.record(case, ActionOnly(AuditAction.CASE_LOOKED_UP))
    uow.commit()
    return tuple(sorted(case.case_id for case in cases))


def affected_uploads(stack: Stack, case: Case) -> Iterator[str]:
    """Yield the ids of the case's uploads and of those that its entries have stopped, each once.

    Reads only as far as the caller iterates: repeated uploads of an image can be many.
    """
    seen: set[str] = set()
    for upload_id in _with_duplicates(stack, case):
        if upload_id not in seen:
            seen.add(upload_id)
            yield upload_id


def _with_duplicates(stack: Stack, case: Case) -> Iterator[str]:
    yield from case.uploads
    for entry_id in sorted(case.banked_entries):
        yield from stack.uploads.list_stopped_by_entry(entry_id)

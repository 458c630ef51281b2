"""Completing a report, or withdrawing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from staydown.aws.stack import Stack
from staydown.config.report_form import validate_answers
from staydown.domain.audit.actions import AuditAction
from staydown.domain.audit.actors import REPORTER
from staydown.domain.audit.case_details import CaseCompleted
from staydown.domain.audit.details import ActionOnly
from staydown.domain.bank.entry import Support, SupportSource
from staydown.domain.cases.case import Case, CaseOrigin
from staydown.domain.cases.reports import Declarations, EmailPreference, Report, Reporter
from staydown.domain.cases.states import Step
from staydown.domain.errors import Conflict
from staydown.domain.events import CaseWithdrawn, ReportCompleted
from staydown.domain.ids import derived_entry_id
from staydown.services.access.reporters import authenticate_reporter
from staydown.services.bank.supports import report_supports, withdraw_supports
from staydown.services.reports.file_report import with_answers
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import Maintenance, UnitOfWork
from staydown.services.uploads.release_upload import release_from_case


@dataclass(frozen=True, slots=True)
class ReportUpdate:
    """What a reporter adds. A field that is None, and a question without an answer here, stay as they are."""

    declarations: Declarations | None = None
    statement: str | None = None
    signature: str | None = None
    name: str | None = None
    email: str | None = None
    mail: EmailPreference | None = None
    answers: Mapping[str, str] = field(default_factory=dict)


@retry_on_conflict
def complete_report(stack: Stack, case_number: str, secret: str, update: ReportUpdate) -> Report:
    """Add missing information. A report that meets the legal requirements becomes valid and gets a deadline.

    A change of the contact details alone does not change its cases.
    """
    uow = UnitOfWork(stack, REPORTER)
    before = authenticate_reporter(stack, case_number, secret)
    _require_not_withdrawn(before)
    validate_answers(stack.settings.report_questions, update.answers)
    report, reporter = _updated(stack, before, update)
    events = []
    if report.valid_at is None and not report.missing_for_validity:
        report = replace(report, valid_at=uow.now)
        events.append(ReportCompleted(report.case_number))
    uow.maintain(reporter, Maintenance.CONTACT)
    cases = _undecided_cases(stack, report) if report != before else []
    if cases:
        uow.cover(report, *events, by=cases[0])
    else:
        why = Maintenance.CONTACT if report == before else Maintenance.DECIDED_REPORT
        uow.maintain(report, why, *events)
    for case in cases:
        completed = case.advanced(Step.PROVIDE_INFORMATION)
        completed = completed.with_deadline_from(report.valid_at, stack.settings.removal_period)
        uow.record(completed, CaseCompleted(report.valid_at is not None))
    uow.commit()
    return report


def _updated(stack: Stack, report: Report, update: ReportUpdate) -> tuple[Report, Reporter]:
    reporter = stack.reporters.get(report.case_number) or Reporter(report.case_number, "", "", "")
    is_same_address = update.email in {None, reporter.email}
    reporter = replace(
        reporter,
        name=reporter.name if update.name is None else update.name,
        email=reporter.email if update.email is None else update.email,
        signature=reporter.signature if update.signature is None else update.signature,
        email_preference=reporter.email_preference if update.mail is None else update.mail,
        unreachable=reporter.unreachable if is_same_address else None,
    )
    report, reporter = with_answers(stack.settings.report_questions, report, reporter, update.answers)
    report = replace(
        report,
        declarations=update.declarations or report.declarations,
        statement=report.statement if update.statement is None else update.statement,
        signed=bool(reporter.signature.strip()),
        contactable=bool(reporter.email.strip()),
    )
    return report, reporter


def withdraw_report(stack: Stack, case_number: str, secret: str) -> Report:
    """Withdraw a report: its hashes become inactive, and undecided cases without another report are closed.

    Decisions stay. A repeated call continues where an interrupted one stopped.
    """
    report = _withdraw(stack, case_number, secret)
    for case_id in report.case_ids:
        _close_if_unreported(stack, case_id)
    return report


@retry_on_conflict
def _withdraw(stack: Stack, case_number: str, secret: str) -> Report:
    """Withdraw the report and its supports at once. Its cases are closed one by one: each may be large."""
    uow = UnitOfWork(stack, REPORTER)
    report = authenticate_reporter(stack, case_number, secret)
    if report.withdrawn_at is not None:
        return report
    report = replace(report, withdrawn_at=uow.now)
    cases = _undecided_cases(stack, report)
    if cases:
        uow.cover(report, by=cases[0])
    else:
        uow.maintain(report, Maintenance.DECIDED_REPORT)
    for case in cases:
        changed = replace(case, revision=case.revision + 1)
        uow.record(changed, ActionOnly(AuditAction.CASE_REPORT_WITHDRAWN))
    support = Support(SupportSource.REPORT, report.case_number)
    entry_ids = [derived_entry_id("pdq", one.pdq.data) for one in report.hashes]
    by = cases[0] if cases else Maintenance.DECIDED_REPORT
    withdraw_supports(uow, {entry_id: [support] for entry_id in entry_ids}, by=by)
    uow.commit()
    return report


@retry_on_conflict
def _close_if_unreported(stack: Stack, case_id: str) -> None:
    """Close an undecided case whose reports are all withdrawn, and release what waited for it."""
    uow = UnitOfWork(stack, REPORTER)
    case = stack.cases.get_case(case_id)
    if case is None or not case.undecided or case.origin is CaseOrigin.MATCH:
        return
    if any(report.withdrawn_at is None for report in stack.cases.get_reports(case.reports)):
        return
    for upload in stack.uploads.get_many(case.uploads):
        # No match is dismissed: no reviewer decided, and other reports or matches of the image may follow.
        release_from_case(uow, upload, case_id)
    withdraw_supports(uow, dict.fromkeys(case.entries, report_supports(case)), by=case)
    closed = case.advanced(Step.WITHDRAW)
    uow.record(closed, ActionOnly(AuditAction.CASE_WITHDRAWN), CaseWithdrawn(case_id))
    uow.commit()


def _undecided_cases(stack: Stack, report: Report) -> list[Case]:
    found = (stack.cases.get_case(case_id) for case_id in report.case_ids)
    return [case for case in found if case is not None and case.undecided]


def _require_not_withdrawn(report: Report) -> None:
    if report.withdrawn_at is not None:
        raise Conflict("The report was withdrawn. File a new one to have the image reviewed.")

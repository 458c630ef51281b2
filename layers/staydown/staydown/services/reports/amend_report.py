"""Completing a report, or taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.config.report_form import validate_answers
from staydown.domain.bank.entry import Support, SupportSource
from staydown.domain.cases.case import Case, CaseOrigin
from staydown.domain.cases.reports import Declarations, EmailPreference, Report, Reporter
from staydown.domain.cases.states import Step
from staydown.domain.errors import Conflict
from staydown.domain.events import EventType
from staydown.domain.ids import derived_entry_id
from staydown.services.bank.supports import report_supports, withdraw_supports
from staydown.services.cases.save_case import save_case
from staydown.services.reports.answer_questions import with_answers
from staydown.services.reports.case_assignment import REPORTER, with_deadline_from
from staydown.services.reports.view_report import authenticate_reporter
from staydown.services.retries import retry_on_conflict
from staydown.services.uploads.release_upload import release_from_case


@dataclass(frozen=True, slots=True)
class ReportUpdate:
    """What a person adds; None leaves a field as it is, and so does an answer that is not among these."""

    declarations: Declarations | None = None
    statement: str | None = None
    signature: str | None = None
    name: str | None = None
    email: str | None = None
    mail: EmailPreference | None = None
    answers: Mapping[str, str] = field(default_factory=dict)


@retry_on_conflict
def complete_report(stack: Stack, case_number: str, secret: str, update: ReportUpdate) -> Report:
    """Add what was missing; once the law has what it wants, the report is valid and its clock runs.

    Only how its sender is reached may change as well: that is nothing to its cases.
    """
    before = report = authenticate_reporter(stack, case_number, secret)
    _require_not_withdrawn(report)
    validate_answers(stack.settings.report_questions, update.answers)
    transaction = stack.transaction()
    reporter = stack.reporters.get(report.case_number) or Reporter(report.case_number, "", "", "")
    reporter = replace(
        reporter,
        name=reporter.name if update.name is None else update.name,
        email=reporter.email if update.email is None else update.email,
        signature=reporter.signature if update.signature is None else update.signature,
        email_preference=reporter.email_preference if update.mail is None else update.mail,
        # Another address is tried anew.
        unreachable=reporter.unreachable if update.email in {None, reporter.email} else None,
    )
    report, reporter = with_answers(stack.settings.report_questions, report, reporter, update.answers)
    stack.reporters.save(transaction, reporter)
    report = replace(
        report,
        declarations=update.declarations or report.declarations,
        statement=report.statement if update.statement is None else update.statement,
        signed=bool(reporter.signature.strip()),
        contactable=bool(reporter.email.strip()),
    )
    now = stack.now()
    if report.valid_at is None and not report.missing_for_validity:
        report = replace(report, valid_at=now)
        completed = {"case_number": report.case_number}
        stack.outbox.add(transaction, EventType.REPORT_COMPLETED, completed, at=now)
    stack.cases.save_report(transaction, report)
    for case in _undecided_cases(stack, report) if report != before else []:
        details = {"valid": report.valid_at is not None}
        complete = with_deadline_from(stack, case.advanced(Step.PROVIDE_INFORMATION), report)
        save_case(stack, transaction, complete, actor=REPORTER, action="case.completed", details=details)
    transaction.commit()
    return report


def withdraw_report(stack: Stack, case_number: str, secret: str) -> Report:
    """Take a report back: its hashes no longer stand, and a case that rests on nothing else is closed.

    A decision that was made stays: it was judged, and others may rest on it. Told again, it goes on where it
    was interrupted.
    """
    report = _withdraw(stack, case_number, secret)
    for case_id in report.case_ids:
        _close_if_unreported(stack, case_id)
    return report


@retry_on_conflict
def _withdraw(stack: Stack, case_number: str, secret: str) -> Report:
    """The report and what it claimed, at once; its cases are closed one by one, as each may be large."""
    report = authenticate_reporter(stack, case_number, secret)
    if report.withdrawn_at is not None:
        return report
    transaction = stack.transaction()
    report = replace(report, withdrawn_at=stack.now())
    stack.cases.save_report(transaction, report)
    for case in _undecided_cases(stack, report):
        left = replace(case, revision=case.revision + 1)
        save_case(stack, transaction, left, actor=REPORTER, action="case.report_withdrawn", details={})
    _withdraw_report_supports(stack, transaction, report)
    transaction.commit()
    return report


@retry_on_conflict
def _close_if_unreported(stack: Stack, case_id: str) -> None:
    """Close a case that nobody's report stands behind; what waited for it is freed."""
    case = stack.cases.get_case(case_id)
    if case is None or not case.undecided or case.origin is CaseOrigin.MATCH:
        return
    if any(report.withdrawn_at is None for report in stack.cases.get_reports(case.reports)):
        return
    transaction = stack.transaction()
    for upload in stack.uploads.get_many(case.uploads):
        # Cleared of nothing: no reviewer looked, and others may claim the same or match it still.
        release_from_case(stack, transaction, upload, case_id, actor=REPORTER)
    withdraw_supports(stack, transaction, dict.fromkeys(case.entries, report_supports(case)))
    closed = case.advanced(Step.WITHDRAW)
    save_case(stack, transaction, closed, actor=REPORTER, action="case.withdrawn", details={})
    stack.outbox.add(transaction, EventType.CASE_WITHDRAWN, {"case_id": case_id}, at=stack.now())
    transaction.commit()


def _undecided_cases(stack: Stack, report: Report) -> list[Case]:
    found = (stack.cases.get_case(case_id) for case_id in report.case_ids)
    return [case for case in found if case is not None and case.undecided]


def _withdraw_report_supports(stack: Stack, transaction: Transaction, report: Report) -> None:
    claim = Support(SupportSource.REPORT, report.case_number)
    entry_ids = [derived_entry_id("pdq", one.pdq.data) for one in report.hashes]
    withdraw_supports(stack, transaction, {entry_id: [claim] for entry_id in entry_ids})


def _require_not_withdrawn(report: Report) -> None:
    if report.withdrawn_at is not None:
        raise Conflict("The report was withdrawn; file a new one if you want it looked at.")

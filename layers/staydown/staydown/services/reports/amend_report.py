"""Completing a report, or taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.bank import Source, Support
from staydown.domain.case_states import Step
from staydown.domain.cases import Case, Origin
from staydown.domain.errors import Conflict
from staydown.domain.events import EventType
from staydown.domain.ids import derived_entry_id
from staydown.domain.mail import MailChoice
from staydown.domain.report_form import check_answers
from staydown.domain.reports import Declarations, Report, Reporter
from staydown.services.bank.change_bank import claims_of, withdraw_supports
from staydown.services.cases.save_case import save_case
from staydown.services.reports.answer_questions import answered
from staydown.services.reports.follow_report import open_report
from staydown.services.reports.reported_cases import REPORTER, with_valid_report
from staydown.services.retrying import retried
from staydown.services.uploads.free_upload import free_of_case


@dataclass(frozen=True, slots=True)
class Information:
    """What a person adds; None leaves a field as it is, and so does an answer that is not among these."""

    declarations: Declarations | None = None
    statement: str | None = None
    signature: str | None = None
    name: str | None = None
    email: str | None = None
    mail: MailChoice | None = None
    answers: Mapping[str, str] = field(default_factory=dict)


@retried
def complete_report(stack: Stack, case_number: str, secret: str, added: Information) -> Report:
    """Add what was missing; once the law has what it wants, the report is valid and its clock runs.

    Only how its sender is reached may change as well: that is nothing to its cases.
    """
    before = report = open_report(stack, case_number, secret)
    _refuse_withdrawn(report)
    check_answers(stack.settings.questions, added.answers)
    transaction = stack.transaction()
    reporter = stack.reporters.get(report.case_number) or Reporter(report.case_number, "", "", "")
    reporter = replace(
        reporter,
        name=reporter.name if added.name is None else added.name,
        email=reporter.email if added.email is None else added.email,
        signature=reporter.signature if added.signature is None else added.signature,
        mail=reporter.mail if added.mail is None else added.mail,
        # Another address is tried anew.
        unreachable=reporter.unreachable if added.email in {None, reporter.email} else None,
    )
    report, reporter = answered(stack.settings.questions, report, reporter, added.answers)
    stack.reporters.save(transaction, reporter)
    report = replace(
        report,
        declarations=added.declarations or report.declarations,
        statement=report.statement if added.statement is None else added.statement,
        signed=bool(reporter.signature.strip()),
        contactable=bool(reporter.email.strip()),
    )
    now = stack.now()
    if report.valid_at is None and not report.missing_by_law:
        report = replace(report, valid_at=now)
        completed = {"case_number": report.case_number}
        stack.outbox.add(transaction, EventType.REPORT_COMPLETED, completed, at=now)
    stack.cases.save_report(transaction, report)
    for case in _undecided(stack, report) if report != before else []:
        details = {"valid": report.valid_at is not None}
        complete = with_valid_report(stack, case.after(Step.COMPLETE), report)
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
        _close_if_alone(stack, case_id)
    return report


@retried
def _withdraw(stack: Stack, case_number: str, secret: str) -> Report:
    """The report and what it claimed, at once; its cases are closed one by one, as each may be large."""
    report = open_report(stack, case_number, secret)
    if report.withdrawn_at is not None:
        return report
    transaction = stack.transaction()
    report = replace(report, withdrawn_at=stack.now())
    stack.cases.save_report(transaction, report)
    for case in _undecided(stack, report):
        left = replace(case, revision=case.revision + 1)
        save_case(stack, transaction, left, actor=REPORTER, action="case.report_withdrawn", details={})
    _withdraw_claims(stack, transaction, report)
    transaction.commit()
    return report


@retried
def _close_if_alone(stack: Stack, case_id: str) -> None:
    """Close a case that nobody's report stands behind; what waited for it is freed."""
    case = stack.cases.case(case_id)
    if case is None or not case.undecided or case.origin is Origin.MATCH:
        return
    if any(report.withdrawn_at is None for report in stack.cases.reports(case.reports)):
        return
    transaction = stack.transaction()
    for upload in stack.uploads.get_many(case.uploads):
        # Cleared of nothing: no reviewer looked, and others may claim the same or match it still.
        free_of_case(stack, transaction, upload, case_id, actor=REPORTER)
    withdraw_supports(stack, transaction, dict.fromkeys(case.entries, claims_of(case)))
    closed = case.after(Step.WITHDRAW)
    save_case(stack, transaction, closed, actor=REPORTER, action="case.withdrawn", details={})
    stack.outbox.add(transaction, EventType.CASE_WITHDRAWN, {"case_id": case_id}, at=stack.now())
    transaction.commit()


def _undecided(stack: Stack, report: Report) -> list[Case]:
    found = (stack.cases.case(case_id) for case_id in report.case_ids)
    return [case for case in found if case is not None and case.undecided]


def _withdraw_claims(stack: Stack, transaction: Transaction, report: Report) -> None:
    claim = Support(Source.REPORT, report.case_number)
    entry_ids = [derived_entry_id("pdq", one.pdq.data) for one in report.hashes]
    withdraw_supports(stack, transaction, {entry_id: [claim] for entry_id in entry_ids})


def _refuse_withdrawn(report: Report) -> None:
    if report.withdrawn_at is not None:
        raise Conflict("The report was withdrawn; file a new one if you want it looked at.")

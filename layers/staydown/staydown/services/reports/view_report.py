"""A report as its reporter sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from staydown.aws.audit_store import case_chain
from staydown.aws.stack import Stack
from staydown.domain.audit.actions import AuditAction
from staydown.domain.audit.chain import AuditRecord
from staydown.domain.cases.appeals import Appeal, dismissal_appeal_id
from staydown.domain.cases.case import Case
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.cases.reports import Report, Reporter
from staydown.notices.notice import Notice, Recipient
from staydown.services.access.reporters import authenticate_reporter
from staydown.services.deferrals import Deferrals

TIMELINE_TEXT: Mapping[str, str] = MappingProxyType(
    {
        AuditAction.CASE_OPENED.value: "We opened a case.",
        AuditAction.CASE_REPORTED_AGAIN.value: "A report was added to the case.",
        AuditAction.CASE_COMPLETED.value: "The missing information was added.",
        AuditAction.CASE_UPLOAD_ADDED.value: "A copy of the image was found.",
        AuditAction.CASE_OVERDUE.value: (
            "The case was not decided in time. The image is hidden until a reviewer decides."
        ),
        AuditAction.CASE_CLAIMED.value: "A reviewer is working on the case.",
        AuditAction.CASE_DECIDED.value: "A reviewer made a decision.",
        AuditAction.APPEAL_FILED.value: "The decision was appealed.",
        AuditAction.APPEAL_DENIED.value: "An appeal was denied. The decision stands.",
        AuditAction.CASE_OVERTURNED.value: (
            "A reviewer looked at the case again and changed the decision. The image is blocked."
        ),
        AuditAction.CASE_REVERSED.value: "A reviewer looked at the case again and reversed the decision.",
        AuditAction.CASE_WITHDRAWN.value: "The report was withdrawn.",
    }
)
"""The audit records that a reporter sees, by action. Reveals and the actions of others are left out."""

_NEEDS_INFORMATION = DecisionOutcome.NEEDS_INFORMATION.value
INFORMATION_REQUESTED = ("case.needs_information", "A reviewer needs more information to decide.")


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    at: datetime
    code: str
    """What happened, for pages with texts of their own."""
    text: str
    """The same in English."""


@dataclass(frozen=True, slots=True)
class ReportView:
    report: Report
    cases: tuple[Case, ...]
    timeline: tuple[TimelineEntry, ...]
    notices: tuple[Notice, ...]
    appeals: Mapping[str, Appeal]
    """The reporter's appeals, by case id."""
    reporter: Reporter | None
    deferred_until: datetime | None
    """When all its cases are given to reviewers again; None where none is deferred."""


def view_report(stack: Stack, case_number: str, secret: str) -> ReportView:
    report = authenticate_reporter(stack, case_number, secret)
    cases = [case for case_id in report.case_ids if (case := stack.cases.get_case(case_id)) is not None]
    timeline = [
        TimelineEntry(record.at, *_timeline_text(record))
        for case in cases
        for record in stack.audit.list_records(case_chain(case.case_id))
        if record.action in TIMELINE_TEXT and record.at >= report.filed_at
    ]
    appeal_ids = {case.case_id: dismissal_appeal_id(case.case_id, report.case_number) for case in cases}
    appeals = {appeal.case_id: appeal for appeal in stack.cases.get_appeals(appeal_ids.values())}
    return ReportView(
        report,
        tuple(cases),
        tuple(sorted(timeline, key=lambda moment: moment.at)),
        tuple(stack.notices.list_for(Recipient.reporter(report.case_number))),
        {case_id: appeals[case_id] for case_id in appeal_ids if case_id in appeals},
        stack.reporters.get(report.case_number),
        Deferrals(stack).latest_end(cases),
    )


def _timeline_text(record: AuditRecord) -> tuple[str, str]:
    if record.action == AuditAction.CASE_DECIDED and record.details.get("outcome") == _NEEDS_INFORMATION:
        return INFORMATION_REQUESTED
    return record.action, TIMELINE_TEXT[record.action]

"""A person's own view of their case, opened by its number and secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from staydown.aws.audit_store import case_chain
from staydown.aws.stack import Stack
from staydown.domain.audit.chain import AuditRecord
from staydown.domain.cases.appeals import Appeal, dismissal_appeal_id
from staydown.domain.cases.case import Case
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.cases.reports import Report, Reporter
from staydown.domain.errors import Conflict, NotFound, TooManyAttempts
from staydown.domain.ids import digests_match, normalise_case_number, secret_digest
from staydown.notices.notice import Notice, Recipient
from staydown.services.deferrals import Deferrals

MAX_WRONG_SECRETS_PER_HOUR = 10

TIMELINE_TEXT: Mapping[str, str] = MappingProxyType(
    {
        "case.opened": "We opened a case.",
        "case.reported_again": "A report was added to the case.",
        "case.completed": "What was missing was added.",
        "case.upload_added": "A copy of the image was found.",
        "case.overdue": "It was not decided in time. The image is hidden until it is.",
        "case.claimed": "A reviewer is looking at it.",
        "case.decided": "It was decided.",
        "appeal.filed": "The decision was appealed.",
        "appeal.rejected": "An appeal was decided: the decision stands.",
        "case.overturned": "It was looked at again, and the decision was changed: the image is stopped.",
        "case.reversed": "It was looked at again, and the decision was taken back.",
        "case.withdrawn": "The report was withdrawn.",
    }
)
"""What a reporter is told of the audit; looks, and everything that others did, is not theirs to know."""

INFORMATION_REQUESTED = ("case.needs_information", "A reviewer needs to know more before it can be decided.")


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """code: what happened, for pages that have words of their own; what: in English."""

    at: datetime
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class ReportView:
    """appeals: of who sent the report, by case. set_aside_until: see SetAsides.latest."""

    report: Report
    cases: tuple[Case, ...]
    timeline: tuple[TimelineEntry, ...]
    notices: tuple[Notice, ...]
    appeals: Mapping[str, Appeal]
    reporter: Reporter | None
    deferred_until: datetime | None


def authenticate_reporter(stack: Stack, case_number: str, secret: str) -> Report:
    """The report that number and secret open.

    A wrong secret and an unknown number are one answer, NotFound; after WRONG_SECRETS_AN_HOUR of them it
    is TooManyAttempts. The right secret always opens: nobody can be locked out of their case by others.
    """
    number = normalise_case_number(case_number)
    report = stack.cases.get_report(number)
    # Compared even when there is no report, so that the time it takes says nothing either.
    stored = report.secret_digest if report is not None else secret_digest("no such case")
    if digests_match(stored, secret_digest(secret)) and report is not None:
        return report
    attempts = stack.cases.count_attempt(secret_digest(number), stack.now())
    if attempts > MAX_WRONG_SECRETS_PER_HOUR:
        raise TooManyAttempts("Too many wrong secrets for this case number; try again in an hour.")
    raise NotFound("There is no case with this number and secret. Check both.")


def require_active_report(report: Report) -> None:
    """Raise Conflict for a report by which nothing may be asked: withdrawn, or not complete."""
    if report.withdrawn_at is not None:
        raise Conflict("The report was withdrawn; nothing is asked by it any more.")
    if report.valid_at is None:
        raise Conflict("The report is not complete; add what is missing first.")


def view_report(stack: Stack, case_number: str, secret: str) -> ReportView:
    report = authenticate_reporter(stack, case_number, secret)
    cases = [case for case_id in report.case_ids if (case := stack.cases.get_case(case_id)) is not None]
    timeline = [
        TimelineEntry(record.at, *_timeline_text(record))
        for case in cases
        for record in stack.audit.list_records(case_chain(case.case_id))
        if record.action in TIMELINE_TEXT and record.at >= report.filed_at
    ]
    asked = ((case.case_id, find_dismissal_appeal(stack, case, report)) for case in cases)
    return ReportView(
        report,
        tuple(cases),
        tuple(sorted(timeline, key=lambda moment: moment.at)),
        tuple(stack.notices.list_for(Recipient.reporter(report.case_number))),
        {case_id: appeal for case_id, appeal in asked if appeal is not None},
        stack.reporters.get(report.case_number),
        Deferrals(stack).latest_end(cases),
    )


def _timeline_text(record: AuditRecord) -> tuple[str, str]:
    asked = record.details.get("outcome") == DecisionOutcome.NEEDS_INFORMATION.value
    return (
        INFORMATION_REQUESTED
        if record.action == "case.decided" and asked
        else (record.action, TIMELINE_TEXT[record.action])
    )


def find_dismissal_appeal(stack: Stack, case: Case, report: Report) -> Appeal | None:
    """The appeal of this case by who sent this report, if there is one."""
    return stack.cases.get_appeal(dismissal_appeal_id(case.case_id, report.case_number))

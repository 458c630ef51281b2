"""Responses about reports, for their reporters."""

from __future__ import annotations

from datetime import datetime, timedelta

from staydown.api.notices import reporter_notice_response
from staydown.aws.settings import Settings
from staydown.domain.cases.appeals import Appeal
from staydown.domain.cases.case import Case
from staydown.domain.cases.reports import Report
from staydown.notices.contents import DEFERRAL_SENTENCES
from staydown.notices.wording import catalogue_for
from staydown.services.reports.file_report import FiledReport
from staydown.services.reports.view_report import ReportView

from functions.reports import models


def help_line_responses(settings: Settings) -> list[models.Help]:
    return [models.Help.model_validate(line, from_attributes=True) for line in settings.help_lines]


def report_form_response(settings: Settings) -> models.ReportForm:
    questions = [
        models.FormQuestion.model_validate(question, from_attributes=True)
        for question in settings.report_questions
    ]
    return models.ReportForm(help=help_line_responses(settings), questions=questions)


def report_status_response(view: ReportView, settings: Settings) -> models.ReportStatus:
    report = view.report
    return models.ReportStatus(
        case_number=report.case_number,
        valid=report.valid_at is not None,
        missing=list(report.missing),
        withdrawn=report.withdrawn_at is not None,
        filed_at=report.filed_at,
        deadline=latest_deadline(report, view.cases),
        set_aside_until=view.deferred_until,
        cases=[
            _case_status(case, view.appeals.get(case.case_id), settings.appeal_window) for case in view.cases
        ],
        timeline=[
            models.TimelineEntry(at=entry.at, code=entry.code, what=entry.text) for entry in view.timeline
        ],
        notices=[reporter_notice_response(notice) for notice in view.notices],
        mail=view.reporter.email_preference if view.reporter else None,
        unreachable=view.reporter.unreachable if view.reporter else None,
        help=help_line_responses(settings),
    )


def report_receipt(filed: FiledReport, settings: Settings) -> models.ReportReceipt:
    report, until = filed.report, filed.deferred_until
    return models.ReportReceipt(
        case_number=report.case_number,
        secret=filed.secret,
        valid=report.valid_at is not None,
        missing=list(report.missing),
        deadline=latest_deadline(report, filed.cases),
        addresses=list(report.locations),
        set_aside_until=until,
        notice=_deferral_notice(report, until) if until is not None else [],
        help=help_line_responses(settings),
    )


def _deferral_notice(report: Report, until: datetime) -> list[str]:
    """Return the sentences about a deferral, which the receipt notice also contains."""
    catalogue = catalogue_for(report.language)
    return [catalogue.sentence(key, {"set_aside_until": until}) for key in DEFERRAL_SENTENCES]


def _case_status(case: Case, appeal: Appeal | None, appeal_window: timedelta) -> models.ReportedCaseStatus:
    return models.ReportedCaseStatus(
        state=case.state,
        outcome=case.decision.outcome if case.decision else None,
        deadline=case.deadline,
        appeal_until=case.decision.at + appeal_window if case.decision and case.is_dismissal else None,
        appeal=models.DismissalAppealStatus.model_validate(appeal, from_attributes=True) if appeal else None,
        preserved=case.legal_hold is not None,
        erasure_asked=case.erasure_requested_at is not None,
        erasure_waits=case.erasure_needs_approval,
    )


def latest_deadline(report: Report, cases: tuple[Case, ...]) -> datetime | None:
    """Return the latest deadline of the cases, or None while the report is not valid."""
    if report.valid_at is None:
        return None
    return max((case.deadline for case in cases if case.deadline is not None), default=None)

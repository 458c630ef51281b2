"""Reports as those who sent them see them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from staydown.api.notices import to_reporter
from staydown.aws.settings import Settings
from staydown.domain.appeals import Appeal
from staydown.domain.cases import Case
from staydown.domain.notice_contents import SET_ASIDE
from staydown.domain.reports import Report
from staydown.domain.wording import catalogue
from staydown.services.reports.file_report import FiledReport as Filed
from staydown.services.reports.follow_report import FollowedReport as Followed

from functions.reports import models


def help_lines(settings: Settings) -> list[models.Help]:
    return [models.Help(**asdict(line)) for line in settings.help_lines]


def report_form(settings: Settings) -> models.ReportForm:
    questions = [models.QuestionAsked(**asdict(one)) for one in settings.questions]
    return models.ReportForm(help=help_lines(settings), questions=questions)


def followed_report(followed: Followed, settings: Settings) -> models.FollowedReport:
    report = followed.report
    return models.FollowedReport(
        case_number=report.case_number,
        valid=report.valid_at is not None,
        missing=list(report.missing),
        withdrawn=report.withdrawn_at is not None,
        filed_at=report.filed_at,
        deadline=deadline_of(report, followed.cases),
        set_aside_until=followed.set_aside_until,
        cases=[
            _followed_case(case, followed.appeals.get(case.case_id), settings.appeal_window)
            for case in followed.cases
        ],
        timeline=[
            models.TimelineEntry(at=moment.at, code=moment.code, what=moment.what)
            for moment in followed.timeline
        ],
        notices=[to_reporter(notice) for notice in followed.notices],
        mail=followed.reporter.mail if followed.reporter else None,
        unreachable=followed.reporter.unreachable if followed.reporter else None,
        help=help_lines(settings),
    )


def filed_report(filed: Filed, settings: Settings) -> models.FiledReport:
    report, until = filed.report, filed.set_aside_until
    return models.FiledReport(
        case_number=report.case_number,
        secret=filed.secret,
        valid=report.valid_at is not None,
        missing=list(report.missing),
        deadline=deadline_of(report, filed.cases),
        addresses=list(report.addresses),
        set_aside_until=until,
        notice=_why_aside(report, until) if until is not None else [],
        help=help_lines(settings),
    )


def _why_aside(report: Report, until: datetime) -> list[str]:
    """As their receipt says it too."""
    words = catalogue(report.language)
    return [words.sentence(key, {"set_aside_until": until}) for key in SET_ASIDE]


def _followed_case(case: Case, appeal: Appeal | None, window: timedelta) -> models.FollowedCase:
    return models.FollowedCase(
        state=case.state,
        outcome=case.decision.outcome if case.decision else None,
        deadline=case.deadline,
        appeal_until=case.decision.at + window if case.decision and case.is_refusal else None,
        appeal=models.RefusalAppeal(
            filed_at=appeal.filed_at, outcome=appeal.outcome, decided_at=appeal.decided_at
        )
        if appeal
        else None,
        preserved=case.hold is not None,
        erasure_asked=case.erasure_asked_at is not None,
        erasure_waits=case.erasure_waits,
    )


def deadline_of(report: Report, cases: tuple[Case, ...]) -> datetime | None:
    """The latest of its cases'; none while the report is not valid."""
    if report.valid_at is None:
        return None
    return max((case.deadline for case in cases if case.deadline is not None), default=None)

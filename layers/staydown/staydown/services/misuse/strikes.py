"""Strikes of accounts and of verified reporters, read from the current uploads, reports and cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from staydown.aws.stack import Stack
from staydown.domain.accounts.account import Account
from staydown.domain.accounts.strikes import MisuseSubject, Strike, StrikeHistory, StrikePolicy
from staydown.domain.accounts.verified_reporters import VerifiedReporter
from staydown.domain.bank.entry import SupportSource
from staydown.domain.cases.case import Case
from staydown.domain.cases.reports import Report
from staydown.domain.cases.unfounded import unfounded_report_strikes
from staydown.domain.uploads.upload import Upload, UploadState


def load_subject(stack: Stack, subject: MisuseSubject) -> Account | VerifiedReporter:
    """Return the account or the verified reporter of a subject."""
    return (
        stack.verified_reporters.get(subject.name)
        if subject.is_reporter
        else stack.accounts.get(*subject.account)
    )


def strike_policy(stack: Stack, subject: MisuseSubject) -> StrikePolicy:
    return stack.settings.strike_policy.for_subject(subject)


def strike_history(stack: Stack, subject: MisuseSubject) -> StrikeHistory:
    """Return the strikes within the window of the strike policy."""
    since = stack.now() - stack.settings.strike_policy.window
    if not subject.is_reporter:
        return stack.uploads.get_strike_history(*subject.account, since=since)
    reports = stack.verified_reporters.list_reports(subject.name, since=since)
    return StrikeHistory(_unfounded_strikes(stack, reports), len(reports))


def count_remaining_strikes(stack: Stack, subject: MisuseSubject, strike_refs: Sequence[str]) -> int:
    """Return how many of these strikes are still valid, at any age."""
    if not subject.is_reporter:
        uploads = stack.uploads.get_many(strike_refs)
        return sum(upload.state is UploadState.BLOCKED for upload in uploads)
    return len(
        _unfounded_strikes(stack, _reports_of_subject(stack, subject, stack.cases.get_cases(strike_refs)))
    )


def deciding_cases(stack: Stack, subject: MisuseSubject, strike_refs: Sequence[str]) -> list[Case]:
    """Return the cases whose decisions these strikes follow from."""
    if not subject.is_reporter:
        return _cases_of_matched_entries(stack, stack.uploads.get_many(strike_refs))
    reports = _reports_of_subject(stack, subject, stack.cases.get_cases(strike_refs))
    return stack.cases.get_cases({one for report in reports for one in report.case_ids})


def _unfounded_strikes(stack: Stack, reports: Sequence[Report]) -> tuple[Strike, ...]:
    cases = stack.cases.get_cases({one for report in reports for one in report.case_ids})
    return unfounded_report_strikes(reports, {case.case_id: case for case in cases})


def _reports_of_subject(stack: Stack, subject: MisuseSubject, cases: Iterable[Case]) -> list[Report]:
    """Return the reports of the subject in these cases."""
    reports = stack.cases.get_reports({number for case in cases for number in case.reports})
    return [report for report in reports if report.verified_reporter_id == subject.name]


def _cases_of_matched_entries(stack: Stack, uploads: Sequence[Upload]) -> list[Case]:
    matched = {match.entry_id for upload in uploads for match in upload.matches[:1]}
    entries = stack.bank.get_entries(matched).values()
    deciding = {
        support.reference
        for stored in entries
        for support in stored.entry.supports
        if support.source is SupportSource.CASE
    }
    return stack.cases.get_cases(deciding)


def totals(subject: MisuseSubject, total: int) -> dict[str, int]:
    """Return the total of uploads or reports, by its key in the audit."""
    return {"reports" if subject.is_reporter else "uploads": total}

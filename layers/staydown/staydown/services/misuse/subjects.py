"""Whose conduct it is, read from what is so now: an account's uploads, or the reports of who sent them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from staydown.aws.stack import Stack
from staydown.domain.accounts import Account
from staydown.domain.bank import Source
from staydown.domain.cases import Case
from staydown.domain.reports import Report
from staydown.domain.senders import Sender, unfounded_reports
from staydown.domain.strikes import Ladder, Seen, Strike, Subject
from staydown.domain.uploads import Upload, UploadState


def record_of(stack: Stack, subject: Subject) -> Account | Sender:
    """Where they stand on the ladder, and where their audit ends."""
    return stack.senders.get(subject.name) if subject.reports else stack.accounts.get(*subject.account)


def ladder_of(stack: Stack, subject: Subject) -> Ladder:
    return stack.settings.ladder.of(subject)


def seen_of(stack: Stack, subject: Subject) -> Seen:
    """What they did within the time that counts."""
    since = stack.now() - stack.settings.ladder.window
    if not subject.reports:
        return stack.uploads.seen_of(*subject.account, since=since)
    reports = stack.senders.reports_of(subject.name, since=since)
    return Seen(_strikes(stack, reports), len(reports))


def left_of(stack: Stack, subject: Subject, refs: Sequence[str]) -> int:
    """How many of these strikes still are, however long ago."""
    if not subject.reports:
        uploads = stack.uploads.get_many(refs)
        return sum(upload.state is UploadState.BLOCKED for upload in uploads)
    return len(_strikes(stack, _reports_in(stack, subject, stack.cases.cases(refs))))


def cases_behind(stack: Stack, subject: Subject, refs: Sequence[str]) -> list[Case]:
    """The decided cases that made these strikes."""
    if not subject.reports:
        return _judged_cases(stack, stack.uploads.get_many(refs))
    reports = _reports_in(stack, subject, stack.cases.cases(refs))
    return stack.cases.cases({one for report in reports for one in report.case_ids})


def _strikes(stack: Stack, reports: Sequence[Report]) -> tuple[Strike, ...]:
    cases = stack.cases.cases({one for report in reports for one in report.case_ids})
    return unfounded_reports(reports, {case.case_id: case for case in cases})


def _reports_in(stack: Stack, subject: Subject, cases: Iterable[Case]) -> list[Report]:
    """Theirs, of those in these cases."""
    reports = stack.cases.reports({number for case in cases for number in case.reports})
    return [report for report in reports if report.sender == subject.name]


def _judged_cases(stack: Stack, uploads: Sequence[Upload]) -> list[Case]:
    met = {match.entry_id for upload in uploads for match in upload.matches[:1]}
    entries = stack.bank.entries(met).values()
    judged = {
        support.reference
        for stored in entries
        for support in stored.entry.supports
        if support.source is Source.CASE
    }
    return stack.cases.cases(judged)

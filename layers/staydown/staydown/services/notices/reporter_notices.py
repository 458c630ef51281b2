"""The notices to reporters that follow from an event."""

from __future__ import annotations

from collections.abc import Iterator

from staydown.aws.stack import Stack
from staydown.domain.cases.deadlines import removal_deadline
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.cases.reports import Report
from staydown.domain.events import (
    CaseDecided,
    CaseReversed,
    EventEnvelope,
    EventType,
    ReportCompleted,
    ReporterEvent,
    ReportFiled,
)
from staydown.notices import contents
from staydown.notices import misuse as misuse_contents
from staydown.services.deferrals import Deferrals
from staydown.services.notices.recipients import AddressedNotice, for_reporter


def report_received(stack: Stack, envelope: EventEnvelope) -> Iterator[AddressedNotice]:
    """A receipt for a report that was filed or completed, with the deadline and any deferral."""
    report_event = ReportFiled if envelope.type is EventType.REPORT_FILED else ReportCompleted
    report = stack.cases.get_report(report_event.of_envelope(envelope).case_number)
    if report is None:
        return
    deadline = None
    if report.valid_at is not None:
        deadline = removal_deadline(report.valid_at, stack.settings.removal_period)
    until = Deferrals(stack).latest_end(stack.cases.get_cases(report.case_ids))
    yield for_reporter(report, contents.receipt(report, deadline, until))


def case_decided(stack: Stack, envelope: EventEnvelope) -> Iterator[AddressedNotice]:
    """The decision and the means of redress, to each reporter whose report came before the decision."""
    event = CaseDecided.of_envelope(envelope)
    case = stack.cases.get_case(event.case_id)
    if case is None:
        return
    # After a newer decision with another outcome, the factors of this one are unknown.
    known = case.decision if case.decision is not None and case.decision.outcome is event.outcome else None
    factors = known.factors if known is not None else None
    unfounded = known is not None and known.manifestly_unfounded
    for report in _reports_before(stack, envelope, case.reports):
        if event.outcome is DecisionOutcome.NEEDS_INFORMATION:
            content = contents.information_needed(report)
        else:
            content = contents.decision(
                report,
                event.outcome,
                factors,
                at=envelope.at,
                appeal_until=envelope.at + stack.settings.appeal_window,
                manifestly_unfounded=unfounded,
                strike_policy=stack.settings.strike_policy
                if report.verified_reporter_id is not None
                else None,
            )
        yield for_reporter(report, content, case.case_id)


def case_reversed(stack: Stack, envelope: EventEnvelope) -> Iterator[AddressedNotice]:
    """The reversal of a decision."""
    case_id = CaseReversed.of_envelope(envelope).case_id
    case = stack.cases.get_case(case_id)
    for report in _reports_before(stack, envelope, case.reports if case is not None else ()):
        yield for_reporter(report, contents.decision_reversed(report), case_id)


def reporter_conduct_decided(stack: Stack, envelope: EventEnvelope) -> Iterator[AddressedNotice]:
    """The outcome of a misuse review of a verified reporter, as a notice of their last report in it."""
    review = stack.misuse_reviews.get(ReporterEvent.of_envelope(envelope).review_id)
    decision = review.decision if review is not None else None
    if review is None or decision is None:
        return
    reports = [
        report
        for case in stack.cases.get_cases(review.strikes[:1])
        for report in stack.cases.get_reports(case.reports)
        if report.verified_reporter_id == review.subject.name
    ]
    policy = stack.settings.strike_policy
    if envelope.type is EventType.REPORTER_RESUMED:
        content = misuse_contents.reports_resumed(envelope.at)
    elif decision.suspended_until is None:
        content = misuse_contents.reports_warned(decision, policy)
    else:
        content = misuse_contents.reports_suspended(
            review, decision, until=decision.suspended_until, policy=policy
        )
    for report in reports[-1:]:
        yield for_reporter(report, content)


def _reports_before(stack: Stack, envelope: EventEnvelope, case_numbers: tuple[str, ...]) -> list[Report]:
    """Return the reports that were filed before the event, without those withdrawn since."""
    reports = stack.cases.get_reports(case_numbers)
    return [one for one in reports if one.withdrawn_at is None and one.filed_at <= envelope.at]

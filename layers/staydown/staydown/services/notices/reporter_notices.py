"""What those who report are told, by the event that it follows from."""

from __future__ import annotations

from collections.abc import Iterator

from staydown.aws.stack import Stack
from staydown.domain.cases.deadlines import removal_deadline
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.cases.reports import Report
from staydown.domain.events import EventEnvelope, EventType
from staydown.notices import contents
from staydown.notices import misuse as misuse_contents
from staydown.services.deferrals import Deferrals
from staydown.services.notices.recipients import AddressedNotice, for_reporter


def report_received(stack: Stack, event: EventEnvelope) -> Iterator[AddressedNotice]:
    """What was filed or completed, by when it is decided, and how long it may wait."""
    report = stack.cases.get_report(str(event.detail["case_number"]))
    if report is None:
        return
    deadline = None
    if report.valid_at is not None:
        deadline = removal_deadline(report.valid_at, stack.settings.removal_period)
    until = Deferrals(stack).latest_end(stack.cases.get_cases(report.case_ids))
    yield for_reporter(report, contents.receipt(report, deadline, until))


def case_decided(stack: Stack, event: EventEnvelope) -> Iterator[AddressedNotice]:
    """Each of those who had reported by then: what was decided, and what they can do."""
    outcome = DecisionOutcome(str(event.detail["outcome"]))
    case = stack.cases.get_case(str(event.detail["case_id"]))
    if case is None:
        return
    taken = case.decision
    # It may have been decided anew since: then what was found then is not known any more.
    known = taken if taken is not None and taken.outcome is outcome else None
    factors = known.factors if known is not None else None
    unfounded = known is not None and known.manifestly_unfounded
    for report in _addressed_reports(stack, event, case.reports):
        if outcome is DecisionOutcome.NEEDS_INFORMATION:
            content = contents.information_needed(report)
        else:
            content = contents.decision(
                report,
                outcome,
                factors,
                at=event.at,
                appeal_until=event.at + stack.settings.appeal_window,
                manifestly_unfounded=unfounded,
                strike_policy=stack.settings.strike_policy
                if report.verified_reporter_id is not None
                else None,
            )
        yield for_reporter(report, content, case.case_id)


def case_reversed(stack: Stack, event: EventEnvelope) -> Iterator[AddressedNotice]:
    """That what they were told is so no more."""
    case = stack.cases.get_case(str(event.detail["case_id"]))
    for report in _addressed_reports(stack, event, case.reports if case is not None else ()):
        yield for_reporter(report, contents.decision_reversed(report), str(event.detail["case_id"]))


def reporter_conduct_decided(stack: Stack, event: EventEnvelope) -> Iterator[AddressedNotice]:
    """What a reviewer decided about all that somebody reported; with the last report that it rests on."""
    review = stack.misuse_reviews.get(str(event.detail["review_id"]))
    decision = review.decision if review is not None else None
    if review is None or decision is None:
        return
    theirs = [
        report
        for case in stack.cases.get_cases(review.strikes[:1])
        for report in stack.cases.get_reports(case.reports)
        if report.verified_reporter_id == review.subject.name
    ]
    ladder = stack.settings.strike_policy
    if event.type is EventType.REPORTER_RESUMED:
        content = misuse_contents.reports_resumed(event.at)
    elif decision.suspended_until is None:
        content = misuse_contents.reports_warned(decision, ladder)
    else:
        content = misuse_contents.reports_suspended(
            review, decision, until=decision.suspended_until, policy=ladder
        )
    for report in theirs[-1:]:
        yield for_reporter(report, content)


def _addressed_reports(stack: Stack, event: EventEnvelope, case_numbers: tuple[str, ...]) -> list[Report]:
    """Of those who had reported when it happened, and have not taken it back."""
    reports = stack.cases.get_reports(case_numbers)
    return [one for one in reports if one.withdrawn_at is None and one.filed_at <= event.at]

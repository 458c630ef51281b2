"""What those who report are told, by the event that it follows from."""

from __future__ import annotations

from collections.abc import Iterator

from staydown.aws.stack import Stack
from staydown.domain import misuse_contents
from staydown.domain import notice_contents as contents
from staydown.domain.deadlines import removal_deadline
from staydown.domain.decisions import Outcome
from staydown.domain.events import Event, EventType
from staydown.domain.reports import Report
from staydown.services.cases.set_aside import SetAsides
from staydown.services.notices.addressed import Addressed, to_reporter


def receipt(stack: Stack, event: Event) -> Iterator[Addressed]:
    """What was filed or completed, by when it is decided, and how long it may wait."""
    report = stack.cases.report(str(event.detail["case_number"]))
    if report is None:
        return
    deadline = None
    if report.valid_at is not None:
        deadline = removal_deadline(report.valid_at, stack.settings.removal_time)
    until = SetAsides(stack).latest(stack.cases.cases(report.case_ids))
    yield to_reporter(report, contents.receipt(report, deadline, until))


def decision(stack: Stack, event: Event) -> Iterator[Addressed]:
    """Each of those who had reported by then: what was decided, and what they can do."""
    outcome = Outcome(str(event.detail["outcome"]))
    case = stack.cases.case(str(event.detail["case_id"]))
    if case is None:
        return
    taken = case.decision
    # It may have been decided anew since: then what was found then is not known any more.
    known = taken if taken is not None and taken.outcome is outcome else None
    factors = known.factors if known is not None else None
    unfounded = known is not None and known.manifestly_unfounded
    for report in _reports(stack, event, case.reports):
        if outcome is Outcome.NEEDS_INFORMATION:
            content = contents.information_needed(report)
        else:
            content = contents.decision(
                report,
                outcome,
                factors,
                at=event.at,
                appeal_until=event.at + stack.settings.appeal_window,
                unfounded=unfounded,
                ladder=stack.settings.ladder if report.sender is not None else None,
            )
        yield to_reporter(report, content, case.case_id)


def reversal(stack: Stack, event: Event) -> Iterator[Addressed]:
    """That what they were told is so no more."""
    case = stack.cases.case(str(event.detail["case_id"]))
    for report in _reports(stack, event, case.reports if case is not None else ()):
        yield to_reporter(report, contents.decision_reversed(report), str(event.detail["case_id"]))


def reports_together(stack: Stack, event: Event) -> Iterator[Addressed]:
    """What a reviewer decided about all that somebody reported; with the last report that it rests on."""
    review = stack.misuse.review(str(event.detail["review_id"]))
    decision = review.decision if review is not None else None
    if review is None or decision is None:
        return
    theirs = [
        report
        for case in stack.cases.cases(review.strikes[:1])
        for report in stack.cases.reports(case.reports)
        if report.sender == review.subject.name
    ]
    ladder = stack.settings.ladder
    if event.type is EventType.REPORTER_RESUMED:
        content = misuse_contents.reports_resumed(event.at)
    elif decision.until is None:
        content = misuse_contents.reports_warned(decision, ladder)
    else:
        content = misuse_contents.reports_suspended(review, decision, until=decision.until, ladder=ladder)
    for report in theirs[-1:]:
        yield to_reporter(report, content)


def _reports(stack: Stack, event: Event, case_numbers: tuple[str, ...]) -> list[Report]:
    """Of those who had reported when it happened, and have not taken it back."""
    reports = stack.cases.reports(case_numbers)
    return [one for one in reports if one.withdrawn_at is None and one.filed_at <= event.at]

"""Answers to the operator's own questions: those for reviewers with the report, others with who reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from staydown.config.report_form import ReportQuestion, unanswered_required
from staydown.domain.cases.reports import Report, Reporter


def with_answers(
    questions: Sequence[ReportQuestion], report: Report, reporter: Reporter, new_answers: Mapping[str, str]
) -> tuple[Report, Reporter]:
    """Both with these answers as well; an empty one takes away what was answered before.

    What was answered before stays where it was put: should a question be for reviewers from now on, its
    former answers were given to somebody else.
    """
    shown = {one.key for one in questions if one.for_reviewers}
    of_report = {key: one for key, one in report.answers.items() if key not in new_answers}
    of_reporter = {key: one for key, one in reporter.answers.items() if key not in new_answers}
    for key, answer in new_answers.items():
        if answer:
            (of_report if key in shown else of_reporter)[key] = answer
    missing = unanswered_required(questions, {*of_report, *of_reporter})
    return replace(report, answers=of_report, unanswered=missing), replace(reporter, answers=of_reporter)

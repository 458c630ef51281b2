"""Shared helpers of the review routes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from staydown.api.callers import StaffMember
from staydown.api.http import etag_header
from staydown.domain.cases.case import MAX_CASE_REPORTS, Case
from staydown.domain.cases.decisions import Factors
from staydown.services.access.cases import Viewer
from staydown.services.review.view_case import CaseView, view_case

from functions.review import case_models
from functions.review.responses import case_response
from functions.review.stack import stack

ReportsFrom = Annotated[
    int,
    Query(ge=0, le=MAX_CASE_REPORTS, description="Number of reports to skip: one page is returned"),
]

SkippedCases = Annotated[str, Query(max_length=1024, description="Ids of cases to skip, separated by commas")]


def viewed_case_response(reviewer: StaffMember, case_id: str, *, reports_from: int = 0) -> case_models.Case:
    view = view_case(stack(), case_id=case_id, viewer=to_viewer(reviewer), report_offset=reports_from)
    return case_response(view, reviewer.reviewer_id, stack().now(), stack().settings.report_questions)


def locked_case_response(reviewer: StaffMember, case: Case) -> case_models.Case:
    """Return the response to the reviewer who locks a case: its state, without its contents."""
    bare = Case(case.case_id, case.state, case.origin, case.opened_at, deadline=None, revision=case.revision)
    return case_response(CaseView(bare, (), (), 0, {}), reviewer.reviewer_id, stack().now(), ())


def response_with_etag(case: case_models.Case) -> Response[case_models.Case]:
    return Response(
        status_code=HTTPStatus.OK,
        content_type="application/json",
        body=case,
        headers=etag_header(case.revision),
    )


def to_viewer(caller: StaffMember) -> Viewer:
    return Viewer(
        caller.reviewer_id,
        may_review=caller.is_reviewer,
        senior=caller.is_senior,
        child_safety=caller.is_child_safety,
    )


def to_factors(body: case_models.DecisionFactors) -> Factors:
    return Factors(frozenset(body.shown), body.setting, body.complainant)

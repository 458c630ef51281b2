"""A case as whoever asks may see it, and what they say of it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from staydown.api.callers import Reviewer
from staydown.api.http import etag
from staydown.domain.cases import MAX_REPORTS, Case
from staydown.domain.decisions import Factors
from staydown.services.review.view_case import CaseView, Onlooker, view_case

from functions.review import case_models
from functions.review.presenting import presented_case
from functions.review.stack import stack

ReportsFrom = Annotated[
    int,
    Query(ge=0, le=MAX_REPORTS, description="Reports to pass over: some are shown at a time"),
]

PassingOver = Annotated[
    str, Query(max_length=1024, description="Cases to leave where they are: ids, with commas between")
]


def seen_case(reviewer: Reviewer, case_id: str, *, reports_from: int = 0) -> case_models.Case:
    view = view_case(stack(), case_id=case_id, onlooker=onlooker_of(reviewer), reports_from=reports_from)
    return presented_case(view, reviewer.reviewer_id, stack().now(), stack().settings.questions)


def locked_case(reviewer: Reviewer, case: Case) -> case_models.Case:
    """For whoever locks it: that it is, and nothing of what is in it."""
    bare = Case(case.case_id, case.state, case.origin, case.opened_at, deadline=None, revision=case.revision)
    return presented_case(CaseView(bare, (), (), 0, {}), reviewer.reviewer_id, stack().now(), ())


def with_etag(case: case_models.Case) -> Response[case_models.Case]:
    return Response(
        status_code=HTTPStatus.OK,
        content_type="application/json",
        body=case,
        headers=etag(case.revision),
    )


def onlooker_of(caller: Reviewer) -> Onlooker:
    return Onlooker(
        caller.reviewer_id,
        reviews=caller.reviews,
        senior=caller.senior,
        child_safety=caller.child_safety,
    )


def factors(given: case_models.FactorsGiven) -> Factors:
    return Factors(frozenset(given.shown), given.setting, given.complainant)

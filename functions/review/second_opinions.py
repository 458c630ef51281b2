"""Routes for second opinions, given without seeing the decision."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from staydown.api.callers import require_reviewer
from staydown.api.cursors import decode_cursor, encode_cursor
from staydown.api.http import IdempotencyKey, PathId, create_router
from staydown.aws.cases_store import SECOND_OPINIONS
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.services.review.decide_case import Judgement
from staydown.services.review.second_opinion import (
    claim_next_opinion,
    give_opinion,
    list_cases_awaiting_opinion,
)
from staydown.services.review.view_case import view_case_blind

from functions.review import second_opinion_models
from functions.review.responses import blind_case_response, second_opinion_response
from functions.review.route_helpers import ReportsFrom, SkippedCases, to_factors
from functions.review.stack import stack

router = create_router()


@router.get(
    "/v1/review/opinions",
    operation_id="review_get_opinions",
    summary="List pending second opinions, oldest first",
    tags=["reviewers"],
)
def get_second_opinions(
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> second_opinion_models.SecondOpinionPage:
    reviewer = require_reviewer(router.current_event).reviewer_id
    cases, next_key = list_cases_awaiting_opinion(
        stack(), after=decode_cursor(cursor, queue=SECOND_OPINIONS), limit=limit
    )
    page = [second_opinion_response(case, reviewer, stack().now()) for case in cases]
    return second_opinion_models.SecondOpinionPage(opinions=page, next=encode_cursor(next_key))


@router.post(
    "/v1/review/opinions/next",
    operation_id="review_post_next_opinion",
    summary="Claim the next second opinion",
    tags=["reviewers"],
)
def post_next_second_opinion(
    passing_over: SkippedCases = "", reports_from: ReportsFrom = 0, _key: IdempotencyKey = None
) -> second_opinion_models.NextSecondOpinion:
    reviewer = require_reviewer(router.current_event)
    skipped = frozenset(passing_over.split(","))
    case = claim_next_opinion(stack(), reviewer=reviewer.reviewer_id, skip=skipped)
    if case is None:
        return second_opinion_models.NextSecondOpinion(case=None)
    view = view_case_blind(stack(), case, reports_from)
    return second_opinion_models.NextSecondOpinion(
        case=blind_case_response(view, stack().settings.report_questions)
    )


@router.post(
    "/v1/review/opinions/<case_id>",
    operation_id="review_post_opinion",
    summary="Give a second opinion",
    tags=["reviewers"],
)
def post_second_opinion(
    case_id: PathId, request: second_opinion_models.SecondOpinionRequest, _key: IdempotencyKey = None
) -> second_opinion_models.SecondOpinionResult:
    reviewer = require_reviewer(router.current_event)
    judgement = Judgement(DecisionOutcome(request.outcome), to_factors(request.factors), request.reasons)
    case = give_opinion(stack(), case_id=case_id, reviewer=reviewer.reviewer_id, judgement=judgement)
    return second_opinion_models.SecondOpinionResult(case_id=case_id, agrees=bool(case.second_opinion_agrees))

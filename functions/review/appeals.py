"""Routes for appeals, which an independent reviewer decides."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from staydown.api.callers import require_reviewer
from staydown.api.cursors import decode_cursor, encode_cursor
from staydown.api.http import IdempotencyKey, PathId, create_router
from staydown.aws.cases_store import APPEALS
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.services.appeals.decide_appeal import (
    AppealDecision,
    appeals_visible_to,
    decide_appeal,
    list_appeals,
)

from functions.review import appeal_models
from functions.review.responses import appeal_response
from functions.review.route_helpers import to_factors
from functions.review.stack import stack

router = create_router()


@router.get(
    "/v1/review/appeals",
    operation_id="review_get_appeals",
    summary="List undecided appeals, oldest first",
    tags=["reviewers"],
)
def get_appeals(
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> appeal_models.AppealPage:
    reviewer = require_reviewer(router.current_event).reviewer_id
    appeals, next_key = list_appeals(stack(), after=decode_cursor(cursor, queue=APPEALS), limit=limit)
    page = [appeal_response(view) for view in appeals_visible_to(stack(), appeals, reviewer)]
    return appeal_models.AppealPage(appeals=page, next=encode_cursor(next_key))


@router.post(
    "/v1/review/appeals/<appeal_id>/decision",
    operation_id="review_post_appeal_decision",
    summary="Decide an appeal in which you are not involved",
    tags=["reviewers"],
)
def post_appeal_decision(
    appeal_id: PathId, request: appeal_models.AppealDecisionRequest, _key: IdempotencyKey = None
) -> appeal_models.AppealDetails:
    reviewer = require_reviewer(router.current_event)
    decision = AppealDecision(
        request.outcome,
        request.reasons,
        to_factors(request.factors) if request.factors is not None else None,
        DecisionOutcome(request.finding),
    )
    appeal = decide_appeal(
        stack(),
        appeal_id=appeal_id,
        appeal_decision=decision,
        reviewer=reviewer.reviewer_id,
        senior=reviewer.is_senior,
    )
    (view,) = appeals_visible_to(stack(), [appeal], reviewer.reviewer_id)
    return appeal_response(replace(view, viewer_took_part=False))

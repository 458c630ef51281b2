"""Appeals, decided by somebody who had no part in what is appealed."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from staydown.api.callers import calling_reviewer
from staydown.api.cursors import from_cursor, to_cursor
from staydown.api.http import Id, IdempotencyKey, make_router
from staydown.aws.cases_store import APPEALS
from staydown.domain.decisions import Outcome
from staydown.services.appeals.decide_appeal import Answer, as_seen, decide_appeal, list_appeals

from functions.review import appeal_models
from functions.review.presenting import presented_appeal
from functions.review.seen import factors
from functions.review.stack import stack

router = make_router()


@router.get(
    "/v1/review/appeals",
    operation_id="review_get_appeals",
    summary="Appeals that wait, the oldest first",
    tags=["reviewers"],
)
def get_appeals(
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> appeal_models.AppealPage:
    reviewer = calling_reviewer(router.current_event).reviewer_id
    appeals, following = list_appeals(stack(), after=from_cursor(cursor, queue=APPEALS), limit=limit)
    page = [presented_appeal(one) for one in as_seen(stack(), appeals, reviewer)]
    return appeal_models.AppealPage(appeals=page, next=to_cursor(following))


@router.post(
    "/v1/review/appeals/<appeal_id>/decision",
    operation_id="review_post_appeal_decision",
    summary="Decide an appeal of a case that you had no part in",
    tags=["reviewers"],
)
def post_appeal_decision(
    appeal_id: Id, request: appeal_models.AppealDecisionRequest, _key: IdempotencyKey = None
) -> appeal_models.ReviewedAppeal:
    reviewer = calling_reviewer(router.current_event)
    answer = Answer(
        request.outcome,
        request.reasons,
        factors(request.factors) if request.factors is not None else None,
        Outcome(request.finding),
    )
    appeal = decide_appeal(
        stack(), appeal_id=appeal_id, answer=answer, reviewer=reviewer.reviewer_id, senior=reviewer.senior
    )
    (seen,) = as_seen(stack(), [appeal], reviewer.reviewer_id)
    return presented_appeal(replace(seen, took_part=False))

"""Routes for legal holds and erasure."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from staydown.api.callers import require_senior
from staydown.api.cursors import decode_cursor, encode_cursor
from staydown.api.http import IdempotencyKey, PathId, create_router
from staydown.aws.cases_store import ERASURE_PROPOSALS
from staydown.domain.audit.actors import Actor
from staydown.services.retention.legal_hold import place_legal_hold, release_legal_hold
from staydown.services.retention.request_erasure import list_erasure_proposals, request_erasure

from functions.review import case_models, preservation_models
from functions.review.responses import preservation_response, queued_case_response
from functions.review.stack import stack

router = create_router()


@router.post(
    "/v1/review/cases/<case_id>/hold",
    operation_id="review_post_hold",
    summary="Place a legal hold on a case",
    tags=["seniors"],
)
def post_hold(
    case_id: PathId, request: preservation_models.HoldRequest, _key: IdempotencyKey = None
) -> preservation_models.CasePreservation:
    senior = require_senior(router.current_event)
    case = place_legal_hold(stack(), case_id, actor=Actor.reviewer(senior.reviewer_id), reason=request.reason)
    return preservation_response(case, senior.reviewer_id)


@router.post(
    "/v1/review/cases/<case_id>/release",
    operation_id="review_post_release",
    summary="Request the release of a legal hold, or confirm the request of another senior",
    tags=["seniors"],
)
def post_release(case_id: PathId, _key: IdempotencyKey = None) -> preservation_models.CasePreservation:
    senior = require_senior(router.current_event)
    case = release_legal_hold(stack(), case_id, actor=Actor.reviewer(senior.reviewer_id))
    return preservation_response(case, senior.reviewer_id)


@router.post(
    "/v1/review/cases/<case_id>/erase",
    operation_id="review_post_erase",
    summary="Erase the quarantined images of a case now",
    tags=["seniors"],
)
def post_erase(case_id: PathId, _key: IdempotencyKey = None) -> preservation_models.CasePreservation:
    senior = require_senior(router.current_event)
    case = request_erasure(stack(), case_id, actor=Actor.reviewer(senior.reviewer_id))
    return preservation_response(case, senior.reviewer_id)


@router.get(
    "/v1/review/erasures",
    operation_id="review_get_erasures",
    summary="List cases whose erasure one of several reporters requests",
    tags=["seniors"],
)
def get_erasure_proposals(
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> case_models.QueuePage:
    senior = require_senior(router.current_event)
    cases, next_key = list_erasure_proposals(
        stack(), after=decode_cursor(cursor, queue=ERASURE_PROPOSALS), limit=limit
    )
    page = [queued_case_response(case, senior.reviewer_id, stack().now()) for case in cases]
    return case_models.QueuePage(cases=page, next=encode_cursor(next_key))

"""Routes for the review queue and for cases."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from staydown.api.callers import require_reviewer, require_staff
from staydown.api.cursors import decode_cursor, encode_cursor
from staydown.api.http import (
    IdempotencyKey,
    PathId,
    RequiredIfMatch,
    create_router,
    etag_header,
    require_if_match,
)
from staydown.aws.cases_store import CASES, LOCKED
from staydown.config.reason_templates import REASON_TEMPLATES
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import NotAllowed
from staydown.services.review.add_note import add_note
from staydown.services.review.decide_case import Judgement, decide_case
from staydown.services.review.review_queue import (
    claim_case,
    claim_next,
    deferral_ends,
    list_locked_cases,
    list_queued_cases,
    recuse,
    unclaim_case,
)
from staydown.services.review.split_case import split_case

from functions.review import case_models
from functions.review.responses import queued_case_response
from functions.review.route_helpers import (
    ReportsFrom,
    SkippedCases,
    locked_case_response,
    response_with_etag,
    to_factors,
    to_viewer,
    viewed_case_response,
)
from functions.review.stack import stack

router = create_router()


@router.get(
    "/v1/review/queue",
    operation_id="review_get_queue",
    summary="List undecided cases, nearest deadline first",
    tags=["reviewers"],
)
def get_queue(
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> case_models.QueuePage:
    reviewer = require_reviewer(router.current_event)
    cases, next_key = list_queued_cases(stack(), after=decode_cursor(cursor, queue=CASES), limit=limit)
    deferred_until, now = deferral_ends(stack(), cases), stack().now()
    page = [
        queued_case_response(case, reviewer.reviewer_id, now, deferred_until.get(case.case_id))
        for case in cases
    ]
    return case_models.QueuePage(cases=page, next=encode_cursor(next_key))


@router.post(
    "/v1/review/next",
    operation_id="review_post_next",
    summary="Claim the undecided case with the nearest deadline",
    tags=["reviewers"],
)
def post_next(
    passing_over: SkippedCases = "",
    _key: IdempotencyKey = None,
) -> case_models.NextCase:
    reviewer = require_reviewer(router.current_event)
    skipped = frozenset(passing_over.split(","))
    case = claim_next(stack(), reviewer=reviewer.reviewer_id, skip=skipped)
    return case_models.NextCase(case=_case_response(case.case_id) if case is not None else None)


@router.get(
    "/v1/review/cases/<case_id>",
    operation_id="review_get_case",
    summary="Get a case, without its reporters",
    tags=["reviewers"],
)
def get_case(case_id: PathId, reports_from: ReportsFrom = 0) -> Response[case_models.Case]:
    return response_with_etag(_case_response(case_id, reports_from))


@router.post(
    "/v1/review/cases/<case_id>/claim",
    operation_id="review_post_claim",
    summary="Claim a case, or renew the claim",
    tags=["reviewers"],
)
def post_claim(case_id: PathId, _key: IdempotencyKey = None) -> Response[case_models.Case]:
    reviewer = require_reviewer(router.current_event)
    claim_case(stack(), case_id=case_id, reviewer=reviewer.reviewer_id)
    return response_with_etag(_case_response(case_id))


@router.post(
    "/v1/review/cases/<case_id>/decision",
    operation_id="review_post_decision",
    summary="Decide a case",
    tags=["reviewers"],
)
def post_decision(
    case_id: PathId,
    request: case_models.DecisionRequest,
    if_match: RequiredIfMatch,
    _key: IdempotencyKey = None,
) -> Response[case_models.Case]:
    reviewer = require_reviewer(router.current_event)
    case = decide_case(
        stack(),
        case_id=case_id,
        reviewer=reviewer.reviewer_id,
        judgement=Judgement(
            request.outcome,
            to_factors(request.factors),
            request.reasons,
            request.second_opinion,
            request.manifestly_unfounded,
        ),
        expected_revision=require_if_match(if_match),
    )
    return response_with_etag(
        locked_case_response(reviewer, case) if case.state is CaseState.LOCKED else _case_response(case_id)
    )


@router.post(
    "/v1/review/cases/<case_id>/separate",
    operation_id="review_post_separate",
    summary="Split uploads of another image off into a new case",
    tags=["reviewers"],
)
def post_split(
    case_id: PathId, request: case_models.SplitRequest, if_match: RequiredIfMatch, _key: IdempotencyKey = None
) -> Response[case_models.CaseSplit]:
    reviewer = require_reviewer(router.current_event)
    split = split_case(
        stack(),
        case_id=case_id,
        reviewer=reviewer.reviewer_id,
        upload_ids=tuple(dict.fromkeys(request.upload_ids)),
        expected_revision=require_if_match(if_match),
    )
    body = case_models.CaseSplit(case=_case_response(case_id), separated=split.new_case.case_id)
    return Response(
        status_code=HTTPStatus.OK,
        content_type="application/json",
        body=body,
        headers=etag_header(body.case.revision),
    )


@router.post(
    "/v1/review/cases/<case_id>/leave",
    operation_id="review_post_leave",
    summary="Unclaim a case, so that others can claim it",
    tags=["reviewers"],
)
def post_unclaim(case_id: PathId, _key: IdempotencyKey = None) -> case_models.UnclaimedCase:
    reviewer = require_reviewer(router.current_event)
    unclaim_case(stack(), case_id=case_id, reviewer=reviewer.reviewer_id)
    return case_models.UnclaimedCase(case_id=case_id)


@router.post(
    "/v1/review/cases/<case_id>/conflict",
    operation_id="review_post_conflict",
    summary="Recuse yourself from a case for good",
    tags=["reviewers"],
)
def post_recusal(case_id: PathId, _key: IdempotencyKey = None) -> case_models.RecusedCase:
    reviewer = require_reviewer(router.current_event)
    recuse(stack(), case_id=case_id, reviewer=reviewer.reviewer_id)
    return case_models.RecusedCase(case_id=case_id)


@router.post(
    "/v1/review/cases/<case_id>/notes",
    operation_id="review_post_note",
    summary="Add a note for other reviewers",
    tags=["reviewers"],
)
def post_note(
    case_id: PathId, request: case_models.NoteRequest, _key: IdempotencyKey = None
) -> Response[case_models.Case]:
    viewer = to_viewer(require_staff(router.current_event))
    add_note(stack(), case_id=case_id, viewer=viewer, text=request.text)
    return response_with_etag(_case_response(case_id))


@router.get(
    "/v1/review/locked",
    operation_id="review_get_locked",
    summary="List locked cases, oldest first",
    tags=["child safety"],
)
def get_locked(
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> case_models.QueuePage:
    caller = require_staff(router.current_event)
    if not caller.is_child_safety:
        raise NotAllowed("Only the child safety group has access to locked cases.")
    cases, next_key = list_locked_cases(stack(), after=decode_cursor(cursor, queue=LOCKED), limit=limit)
    page = [queued_case_response(case, caller.reviewer_id, stack().now()) for case in cases]
    return case_models.QueuePage(cases=page, next=encode_cursor(next_key))


@router.get(
    "/v1/review/templates",
    operation_id="review_get_templates",
    summary="List the templates for reasons of decisions",
    tags=["reviewers"],
)
def get_templates() -> case_models.ReasonTemplates:
    require_reviewer(router.current_event)
    return case_models.ReasonTemplates(
        templates=[
            case_models.ReasonTemplate.model_validate(template, from_attributes=True)
            for template in REASON_TEMPLATES
        ]
    )


def _case_response(case_id: str, reports_from: int = 0) -> case_models.Case:
    return viewed_case_response(require_staff(router.current_event), case_id, reports_from=reports_from)

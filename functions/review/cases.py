"""What is to be judged, and judging it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from staydown.api.callers import calling_reviewer, calling_staff
from staydown.api.cursors import from_cursor, to_cursor
from staydown.api.http import Id, IdempotencyKey, NeededIfMatch, etag, make_router, revision_read
from staydown.aws.cases_store import CASES, LOCKED
from staydown.domain.case_states import CaseState
from staydown.domain.errors import NotAllowed
from staydown.domain.reason_templates import TEMPLATES
from staydown.services.review.decide_case import Judgement, decide_case
from staydown.services.review.leave_note import leave_note
from staydown.services.review.review_queue import (
    claim_case,
    claim_next,
    declare_conflict,
    leave_case,
    list_locked,
    list_queue,
    waits_aside,
)
from staydown.services.review.separate_uploads import separate_uploads

from functions.review import case_models
from functions.review.presenting import queued_case
from functions.review.seen import (
    PassingOver,
    ReportsFrom,
    factors,
    locked_case,
    onlooker_of,
    seen_case,
    with_etag,
)
from functions.review.stack import stack

router = make_router()


@router.get(
    "/v1/review/queue",
    operation_id="review_get_queue",
    summary="Undecided cases, nearest deadline first",
    tags=["reviewers"],
)
def get_queue(
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> case_models.QueuePage:
    reviewer = calling_reviewer(router.current_event)
    cases, following = list_queue(stack(), after=from_cursor(cursor, queue=CASES), limit=limit)
    aside, now = waits_aside(stack(), cases), stack().now()
    page = [queued_case(case, reviewer.reviewer_id, now, aside.get(case.case_id)) for case in cases]
    return case_models.QueuePage(cases=page, next=to_cursor(following))


@router.post(
    "/v1/review/next",
    operation_id="review_post_next",
    summary="Claim the case with the nearest deadline",
    tags=["reviewers"],
)
def post_next(
    passing_over: PassingOver = "",
    _key: IdempotencyKey = None,
) -> case_models.NextCase:
    reviewer = calling_reviewer(router.current_event)
    left = frozenset(passing_over.split(","))
    case = claim_next(stack(), reviewer=reviewer.reviewer_id, passing_over=left)
    return case_models.NextCase(case=_seen(case.case_id) if case is not None else None)


@router.get(
    "/v1/review/cases/<case_id>",
    operation_id="review_get_case",
    summary="A case, but not who reported it",
    tags=["reviewers"],
)
def get_case(case_id: Id, reports_from: ReportsFrom = 0) -> Response[case_models.Case]:
    return with_etag(_seen(case_id, reports_from))


@router.post(
    "/v1/review/cases/<case_id>/claim",
    operation_id="review_post_claim",
    summary="Claim this case, or renew the claim",
    tags=["reviewers"],
)
def post_claim(case_id: Id, _key: IdempotencyKey = None) -> Response[case_models.Case]:
    reviewer = calling_reviewer(router.current_event)
    claim_case(stack(), case_id=case_id, reviewer=reviewer.reviewer_id)
    return with_etag(_seen(case_id))


@router.post(
    "/v1/review/cases/<case_id>/decision",
    operation_id="review_post_decision",
    summary="Decide a case",
    tags=["reviewers"],
)
def post_decision(
    case_id: Id, request: case_models.DecisionRequest, if_match: NeededIfMatch, _key: IdempotencyKey = None
) -> Response[case_models.Case]:
    reviewer = calling_reviewer(router.current_event)
    case = decide_case(
        stack(),
        case_id=case_id,
        reviewer=reviewer.reviewer_id,
        judgement=Judgement(
            request.outcome,
            factors(request.factors),
            request.reasons,
            request.second_opinion,
            request.manifestly_unfounded,
        ),
        expected_revision=revision_read(if_match),
    )
    return with_etag(locked_case(reviewer, case) if case.state is CaseState.LOCKED else _seen(case_id))


@router.post(
    "/v1/review/cases/<case_id>/separate",
    operation_id="review_post_separate",
    summary="Take another picture out of a case, to judge it by itself",
    tags=["reviewers"],
)
def post_separate(
    case_id: Id, request: case_models.SeparationRequest, if_match: NeededIfMatch, _key: IdempotencyKey = None
) -> Response[case_models.CaseSeparated]:
    reviewer = calling_reviewer(router.current_event)
    separated = separate_uploads(
        stack(),
        case_id=case_id,
        reviewer=reviewer.reviewer_id,
        upload_ids=tuple(dict.fromkeys(request.upload_ids)),
        expected_revision=revision_read(if_match),
    )
    answer = case_models.CaseSeparated(case=_seen(case_id), separated=separated.other.case_id)
    return Response(
        status_code=HTTPStatus.OK,
        content_type="application/json",
        body=answer,
        headers=etag(answer.case.revision),
    )


@router.post(
    "/v1/review/cases/<case_id>/leave",
    operation_id="review_post_leave",
    summary="End your claim: the case is free for others at once",
    tags=["reviewers"],
)
def post_leave(case_id: Id, _key: IdempotencyKey = None) -> case_models.CaseLeft:
    reviewer = calling_reviewer(router.current_event)
    leave_case(stack(), case_id=case_id, reviewer=reviewer.reviewer_id)
    return case_models.CaseLeft(case_id=case_id)


@router.post(
    "/v1/review/cases/<case_id>/conflict",
    operation_id="review_post_conflict",
    summary="Declare a conflict of interest: the case is never yours again",
    tags=["reviewers"],
)
def post_conflict(case_id: Id, _key: IdempotencyKey = None) -> case_models.ConflictDeclared:
    reviewer = calling_reviewer(router.current_event)
    declare_conflict(stack(), case_id=case_id, reviewer=reviewer.reviewer_id)
    return case_models.ConflictDeclared(case_id=case_id)


@router.post(
    "/v1/review/cases/<case_id>/notes",
    operation_id="review_post_note",
    summary="Leave a note for other reviewers",
    tags=["reviewers"],
)
def post_note(
    case_id: Id, request: case_models.NoteRequest, _key: IdempotencyKey = None
) -> Response[case_models.Case]:
    onlooker = onlooker_of(calling_staff(router.current_event))
    leave_note(stack(), case_id=case_id, onlooker=onlooker, text=request.text)
    return with_etag(_seen(case_id))


@router.get(
    "/v1/review/locked",
    operation_id="review_get_locked",
    summary="Locked cases, the oldest first",
    tags=["child safety"],
)
def get_locked(
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> case_models.QueuePage:
    caller = calling_staff(router.current_event)
    if not caller.child_safety:
        raise NotAllowed("Only the group for child safety sees locked cases.")
    cases, following = list_locked(stack(), after=from_cursor(cursor, queue=LOCKED), limit=limit)
    page = [queued_case(case, caller.reviewer_id, stack().now()) for case in cases]
    return case_models.QueuePage(cases=page, next=to_cursor(following))


@router.get(
    "/v1/review/templates",
    operation_id="review_get_templates",
    summary="Reasons for the usual decisions, to start from",
    tags=["reviewers"],
)
def get_templates() -> case_models.Templates:
    calling_reviewer(router.current_event)
    return case_models.Templates(
        templates=[
            case_models.Template(key=one.key, outcome=one.outcome, title=one.title, text=one.text)
            for one in TEMPLATES
        ]
    )


def _seen(case_id: str, reports_from: int = 0) -> case_models.Case:
    return seen_case(calling_staff(router.current_event), case_id, reports_from=reports_from)

"""What a case leaves behind: holds, erasure, its audit and the bundle for a court."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from staydown.api.callers import calling_senior, calling_staff
from staydown.api.cursors import from_cursor, to_cursor
from staydown.api.http import Id, IdempotencyKey, make_router
from staydown.aws.cases_store import WISHES
from staydown.services.records.export_case import export_case
from staydown.services.records.find_cases import find_cases
from staydown.services.records.read_audit import read_audit
from staydown.services.retention.ask_erasure import ask_erasure, list_wishes
from staydown.services.retention.hold_case import hold_case, release_case
from staydown.services.review.view_case import Onlooker, open_case

from functions.review import case_models, record_models
from functions.review.presenting import presented_chain, presented_hold, queued_case
from functions.review.seen import onlooker_of
from functions.review.stack import stack

router = make_router()


@router.post(
    "/v1/review/cases/<case_id>/hold",
    operation_id="review_post_hold",
    summary="Keep all of a case, whatever its time",
    tags=["seniors"],
)
def post_hold(
    case_id: Id, request: record_models.HoldRequest, _key: IdempotencyKey = None
) -> case_models.Held:
    senior = calling_senior(router.current_event)
    case = hold_case(stack(), case_id, by=senior.reviewer_id, reason=request.reason)
    return presented_hold(case, senior.reviewer_id)


@router.post(
    "/v1/review/cases/<case_id>/release",
    operation_id="review_post_release",
    summary="Ask for the end of a hold, or confirm what somebody else has asked for",
    tags=["seniors"],
)
def post_release(case_id: Id, _key: IdempotencyKey = None) -> case_models.Held:
    senior = calling_senior(router.current_event)
    case = release_case(stack(), case_id, by=senior.reviewer_id)
    return presented_hold(case, senior.reviewer_id)


@router.post(
    "/v1/review/cases/<case_id>/erase",
    operation_id="review_post_erase",
    summary="Have the quarantined images of a case erased now",
    tags=["seniors"],
)
def post_erase(case_id: Id, _key: IdempotencyKey = None) -> case_models.Held:
    senior = calling_senior(router.current_event)
    case = ask_erasure(stack(), case_id, by=senior.reviewer_id)
    return presented_hold(case, senior.reviewer_id)


@router.get(
    "/v1/review/erasures",
    operation_id="review_get_erasures",
    summary="Cases whose images one of several who reported them wants erased: a senior decides",
    tags=["seniors"],
)
def get_erasures(
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> case_models.QueuePage:
    senior = calling_senior(router.current_event)
    cases, following = list_wishes(stack(), after=from_cursor(cursor, queue=WISHES), limit=limit)
    page = [queued_case(case, senior.reviewer_id, stack().now()) for case in cases]
    return case_models.QueuePage(cases=page, next=to_cursor(following))


@router.get(
    "/v1/audit",
    operation_id="review_get_cases_of_report",
    summary="The cases of a report, by the number of who sent it",
    tags=["seniors"],
)
def get_cases_of_report(
    case_number: Annotated[str, Query(max_length=64, description="SD-XXXX-XXXX, as people type it")],
) -> record_models.FoundCases:
    found = find_cases(stack(), case_number, by=_auditor().reviewer)
    return record_models.FoundCases(case_ids=list(found))


@router.get(
    "/v1/audit/<case_id>",
    operation_id="review_get_audit",
    summary="The audit of a case, verified",
    tags=["seniors"],
)
def get_audit(case_id: Id) -> record_models.Audit:
    open_case(stack(), case_id, _auditor(), what="audit")
    chains = [presented_chain(chain) for chain in read_audit(stack(), case_id)]
    return record_models.Audit(case_id=case_id, chains=chains)


@router.post(
    "/v1/audit/<case_id>/bundle",
    operation_id="review_post_bundle",
    summary="A case for a court: facts, audit and anchors, without the picture and who reported",
    tags=["seniors"],
)
def post_bundle(case_id: Id) -> record_models.Bundle:
    bundle = export_case(stack(), case_id, _auditor())
    return record_models.Bundle.model_validate(dict(bundle))


def _auditor() -> Onlooker:
    """A senior, or, of a locked case, the restricted group."""
    caller = calling_staff(router.current_event)
    if not caller.child_safety:
        calling_senior(router.current_event)
    return onlooker_of(caller)

"""What a case leaves behind: holds, erasure, its audit and the bundle for a court."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from staydown.api.callers import require_senior, require_staff
from staydown.api.cursors import decode_cursor, encode_cursor
from staydown.api.http import IdempotencyKey, PathId, create_router
from staydown.aws.cases_store import ERASURE_PROPOSALS
from staydown.services.records.export_case import export_case
from staydown.services.records.find_cases import find_cases_by_number
from staydown.services.records.read_audit import read_case_audit
from staydown.services.retention.legal_hold import place_legal_hold, release_legal_hold
from staydown.services.retention.request_erasure import list_erasure_proposals, request_erasure
from staydown.services.review.view_case import Viewer, open_case

from functions.review import audit_models as record_models
from functions.review import case_models
from functions.review.responses import chain_response, preservation_response, queued_case_response
from functions.review.route_helpers import to_viewer
from functions.review.stack import stack

router = create_router()


@router.post(
    "/v1/review/cases/<case_id>/hold",
    operation_id="review_post_hold",
    summary="Keep all of a case, whatever its time",
    tags=["seniors"],
)
def post_hold(
    case_id: PathId, request: record_models.HoldRequest, _key: IdempotencyKey = None
) -> case_models.CasePreservation:
    senior = require_senior(router.current_event)
    case = place_legal_hold(stack(), case_id, actor=senior.reviewer_id, reason=request.reason)
    return preservation_response(case, senior.reviewer_id)


@router.post(
    "/v1/review/cases/<case_id>/release",
    operation_id="review_post_release",
    summary="Ask for the end of a hold, or confirm what somebody else has asked for",
    tags=["seniors"],
)
def post_release(case_id: PathId, _key: IdempotencyKey = None) -> case_models.CasePreservation:
    senior = require_senior(router.current_event)
    case = release_legal_hold(stack(), case_id, actor=senior.reviewer_id)
    return preservation_response(case, senior.reviewer_id)


@router.post(
    "/v1/review/cases/<case_id>/erase",
    operation_id="review_post_erase",
    summary="Have the quarantined images of a case erased now",
    tags=["seniors"],
)
def post_erase(case_id: PathId, _key: IdempotencyKey = None) -> case_models.CasePreservation:
    senior = require_senior(router.current_event)
    case = request_erasure(stack(), case_id, actor=senior.reviewer_id)
    return preservation_response(case, senior.reviewer_id)


@router.get(
    "/v1/review/erasures",
    operation_id="review_get_erasures",
    summary="Cases whose images one of several who reported them wants erased: a senior decides",
    tags=["seniors"],
)
def get_erasure_proposals(
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> case_models.QueuePage:
    senior = require_senior(router.current_event)
    cases, following = list_erasure_proposals(
        stack(), after=decode_cursor(cursor, queue=ERASURE_PROPOSALS), limit=limit
    )
    page = [queued_case_response(case, senior.reviewer_id, stack().now()) for case in cases]
    return case_models.QueuePage(cases=page, next=encode_cursor(following))


@router.get(
    "/v1/audit",
    operation_id="review_get_cases_of_report",
    summary="The cases of a report, by the number of who sent it",
    tags=["seniors"],
)
def get_cases_of_report(
    case_number: Annotated[str, Query(max_length=64, description="SD-XXXX-XXXX, as people type it")],
) -> record_models.ReportCases:
    found = find_cases_by_number(stack(), case_number, actor=_require_auditor().reviewer)
    return record_models.ReportCases(case_ids=list(found))


@router.get(
    "/v1/audit/<case_id>",
    operation_id="review_get_audit",
    summary="The audit of a case, verified",
    tags=["seniors"],
)
def get_audit(case_id: PathId) -> record_models.CaseAudit:
    open_case(stack(), case_id, _require_auditor(), part="audit")
    chains = [chain_response(chain) for chain in read_case_audit(stack(), case_id)]
    return record_models.CaseAudit(case_id=case_id, chains=chains)


@router.post(
    "/v1/audit/<case_id>/bundle",
    operation_id="review_post_bundle",
    summary="A case for a court: facts, audit and anchors, without the picture and who reported",
    tags=["seniors"],
)
def post_bundle(case_id: PathId) -> record_models.EvidenceBundle:
    bundle = export_case(stack(), case_id, _require_auditor())
    return record_models.EvidenceBundle.model_validate(dict(bundle))


def _require_auditor() -> Viewer:
    """A senior, or, of a locked case, the restricted group."""
    caller = require_staff(router.current_event)
    if not caller.is_child_safety:
        require_senior(router.current_event)
    return to_viewer(caller)

"""Routes for the audit of a case and its evidence bundle."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from staydown.api.callers import require_senior, require_staff
from staydown.api.http import PathId, create_router
from staydown.services.access.cases import Viewer, open_case
from staydown.services.records.export_case import export_case
from staydown.services.records.queries import find_cases_by_number
from staydown.services.records.read_audit import read_case_audit

from functions.review import audit_models
from functions.review.responses import chain_response
from functions.review.route_helpers import to_viewer
from functions.review.stack import stack

router = create_router()


@router.get(
    "/v1/audit",
    operation_id="review_get_cases_of_report",
    summary="Find the cases of a report by its case number",
    tags=["seniors"],
)
def get_cases_of_report(
    case_number: Annotated[str, Query(max_length=64, description="SD-XXXX-XXXX, in any spelling")],
) -> audit_models.ReportCases:
    case_ids = find_cases_by_number(stack(), case_number, actor=_require_auditor().actor)
    return audit_models.ReportCases(case_ids=list(case_ids))


@router.get(
    "/v1/audit/<case_id>",
    operation_id="review_get_audit",
    summary="Get the verified audit of a case",
    tags=["seniors"],
)
def get_audit(case_id: PathId) -> audit_models.CaseAudit:
    open_case(stack(), case_id, _require_auditor(), part="audit")
    chains = [chain_response(chain) for chain in read_case_audit(stack(), case_id)]
    return audit_models.CaseAudit(case_id=case_id, chains=chains)


@router.post(
    "/v1/audit/<case_id>/bundle",
    operation_id="review_post_bundle",
    summary="Export the evidence bundle of a case: facts, audit and anchors, without image and reporters",
    tags=["seniors"],
)
def post_bundle(case_id: PathId) -> audit_models.EvidenceBundle:
    bundle = export_case(stack(), case_id, _require_auditor())
    return audit_models.EvidenceBundle.model_validate(dict(bundle))


def _require_auditor() -> Viewer:
    """Return the viewer if they are a senior or in the child safety group."""
    caller = require_staff(router.current_event)
    if not caller.is_child_safety:
        require_senior(router.current_event)
    return to_viewer(caller)

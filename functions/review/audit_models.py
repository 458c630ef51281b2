"""Holds, the audit of a case, and the bundle for a court."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field
from staydown.api.http import RequestBody
from staydown.services.retention.legal_hold import LegalHoldReason


class HoldRequest(RequestBody):
    reason: LegalHoldReason


class AuditRecord(BaseModel):
    seq: int
    at: datetime
    actor: str
    action: str
    details: dict[str, Any]
    digest: str


class AuditChain(BaseModel):
    chain: str
    whole: Annotated[bool, Field(description="Every record follows from the one before it, to the last")]
    broken: Annotated[str | None, Field(description="Where it is not")]
    anchored: Annotated[int, Field(description="Up to which record an anchor vouches for it (0: not yet)")]
    records: list[AuditRecord]


class CaseAudit(BaseModel):
    case_id: str
    chains: list[AuditChain]


class ReportCases(BaseModel):
    case_ids: Annotated[list[str], Field(description="One for each picture that the report is about")]


class EvidenceBundle(BaseModel):
    """Checked offline by `python -m infra.audit check`."""

    format: str
    case_id: str
    made_at: Annotated[str, Field(description="As it was written: it is part of what the digest is of")]
    made_by: str
    case: dict[str, Any]
    chains: list[dict[str, Any]]
    anchors: list[dict[str, Any]]
    digest: str

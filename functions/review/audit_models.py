"""Schemas of the audit of a case and of its evidence bundle."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field


class AuditRecord(BaseModel):
    seq: int
    at: datetime
    actor: str
    action: str
    details: dict[str, Any]
    digest: str


class AuditChain(BaseModel):
    chain: str
    whole: Annotated[bool, Field(description="Whether every record up to the head matches its predecessor")]
    broken: Annotated[str | None, Field(description="The first error in the chain")]
    anchored: Annotated[int, Field(description="Number of the last anchored record; 0 for none")]
    records: list[AuditRecord]


class CaseAudit(BaseModel):
    case_id: str
    chains: list[AuditChain]


class ReportCases(BaseModel):
    case_ids: Annotated[list[str], Field(description="One case for each image of the report")]


class EvidenceBundle(BaseModel):
    """The evidence bundle of a case. `python -m infra.audit check` verifies it offline."""

    format: str
    case_id: str
    made_at: Annotated[str, Field(description="ISO 8601 time, as text because the digest covers it")]
    made_by: str
    case: dict[str, Any]
    chains: list[dict[str, Any]]
    anchors: list[dict[str, Any]]
    digest: str

"""Schemas of legal holds and erasure requests of a case."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field
from staydown.api.http import RequestBody
from staydown.services.retention.legal_hold import LegalHoldReason


class HoldRequest(RequestBody):
    reason: LegalHoldReason


class CasePreservation(BaseModel):
    case_id: str
    held: Annotated[bool, Field(description="Whether a legal hold prevents all erasure")]
    reason: LegalHoldReason | None
    since: datetime | None
    release_asked: Annotated[
        bool, Field(description="Whether one senior has requested the release, which another must confirm")
    ]
    release_asked_by_you: bool
    erasure_asked: Annotated[
        bool, Field(description="Whether the images are erased, or will be within the hour")
    ]
    erasure_waits: Annotated[
        bool, Field(description="Whether one of several reporters requests erasure, which a senior decides")
    ]

"""Second opinions: what is to be judged, and nothing that tells how it was."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field
from staydown.api.http import RequestBody
from staydown.domain.cases.case import CaseOrigin

from functions.review.case_models import CaseReport, DecisionFactors, RemainingReports


class PendingSecondOpinion(BaseModel):
    case_id: str
    decided_at: datetime
    claimed_until: datetime | None
    claimed_by_you: bool
    for_others: Annotated[bool, Field(description="You had part in the case: it is not yours to give")]


class SecondOpinionPage(BaseModel):
    opinions: list[PendingSecondOpinion]
    next: Annotated[str | None, Field(description="Cursor of the next page, if there is one")]


class BlindMatch(BaseModel):
    distance: int
    view: str
    exact: bool


class BlindUpload(BaseModel):
    """What is to be judged, and nothing that tells how it was."""

    upload_id: str
    received_at: datetime
    width: int | None
    height: int | None
    frames: int | None
    quality: int | None
    matches: list[BlindMatch]


class BlindCase(BaseModel):
    case_id: str
    origin: CaseOrigin
    opened_at: datetime
    claimed_until: datetime | None
    uploads: list[BlindUpload]
    reports: list[CaseReport]
    more_reports: RemainingReports


class NextSecondOpinion(BaseModel):
    case: Annotated[BlindCase | None, Field(description="Absent when none waits that you may give")]


class SecondOpinionRequest(RequestBody):
    outcome: Literal["violating", "not_violating", "suspected_child"]
    factors: DecisionFactors
    reasons: Annotated[str, Field(min_length=1, max_length=5000)]


class SecondOpinionResult(BaseModel):
    case_id: str
    agrees: Annotated[bool, Field(description="With the decision; where not, a senior decides")]

"""Schemas of second opinions. They never reveal the decision."""

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
    for_others: Annotated[
        bool, Field(description="Whether you are involved in the case and cannot give the opinion")
    ]


class SecondOpinionPage(BaseModel):
    opinions: list[PendingSecondOpinion]
    next: Annotated[str | None, Field(description="Cursor of the next page; absent on the last")]


class BlindMatch(BaseModel):
    distance: int
    view: str
    exact: bool


class BlindUpload(BaseModel):
    """An upload to be reviewed, without anything that reveals the decision."""

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
    case: Annotated[BlindCase | None, Field(description="Absent if no second opinion is available to you")]


class SecondOpinionRequest(RequestBody):
    outcome: Literal["violating", "not_violating", "suspected_child"]
    factors: DecisionFactors
    reasons: Annotated[str, Field(min_length=1, max_length=5000)]


class SecondOpinionResult(BaseModel):
    case_id: str
    agrees: Annotated[
        bool, Field(description="Whether the opinion agrees with the decision. If not, a senior decides")
    ]

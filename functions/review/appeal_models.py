"""Schemas of appeals for reviewers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field
from staydown.api.http import RequestBody
from staydown.domain.cases.appeals import AppealOutcome, AppealParty

from functions.review.case_models import DecisionFactors


class AppealDecisionRequest(RequestBody):
    outcome: AppealOutcome
    reasons: Annotated[str, Field(min_length=1, max_length=5000)]
    factors: Annotated[
        DecisionFactors | None,
        Field(description="What the image shows: required to grant the appeal of a reporter"),
    ] = None
    finding: Annotated[
        Literal["violating", "suspected_child"],
        Field(description="The outcome of the case when the appeal of a reporter is granted"),
    ] = "violating"


class AppealedBlock(BaseModel):
    """A manual block."""

    since: datetime
    reason: Annotated[str, Field(description="The reason that the reviewer gave")]


class AppealDetails(BaseModel):
    appeal_id: str
    case_id: Annotated[str | None, Field(description="Absent for an appeal of a manual block")]
    block: AppealedBlock | None
    party: Annotated[AppealParty, Field(description="The party that appeals")]
    platform: Annotated[str, Field(description="The platform of the account holder; empty for other parties")]
    account_id: str
    upload_id: Annotated[
        str | None,
        Field(
            description="The upload that an entry of the case blocked without human review. Only this "
            "match is to be decided"
        ),
    ]
    statement: str
    filed_at: datetime
    outcome: Annotated[AppealOutcome | None, Field(description="Absent until the appeal is decided")]
    decided_at: datetime | None
    you_took_part: Annotated[
        bool, Field(description="Whether you claimed or decided the case, or set the block")
    ]


class AppealPage(BaseModel):
    appeals: list[AppealDetails]
    next: Annotated[str | None, Field(description="Cursor of the next page; absent on the last")]

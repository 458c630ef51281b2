"""Appeals as reviewers see and decide them."""

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
        Field(description="What the image shows: needed to uphold the appeal of who reported it"),
    ] = None
    finding: Annotated[
        Literal["violating", "suspected_child"],
        Field(description="How it is judged when such an appeal is upheld"),
    ] = "violating"


class AppealedBlock(BaseModel):
    """A block that a reviewer set by hand."""

    since: datetime
    reason: Annotated[str, Field(description="In the words of who set it")]


class AppealDetails(BaseModel):
    appeal_id: str
    case_id: Annotated[str | None, Field(description="Absent where a block by hand is appealed")]
    block: AppealedBlock | None
    party: Annotated[AppealParty, Field(description="Who asks for another look")]
    platform: Annotated[str, Field(description="Of the account holder; empty for anybody else")]
    account_id: str
    upload_id: Annotated[
        str | None,
        Field(
            description="Of an image that was stopped by what the case put into the bank, with nobody "
            "looking: this alone is to be judged"
        ),
    ]
    statement: str
    filed_at: datetime
    outcome: Annotated[AppealOutcome | None, Field(description="Absent until it is decided")]
    decided_at: datetime | None
    you_took_part: Annotated[bool, Field(description="You claimed or decided its case, or set its block")]


class AppealPage(BaseModel):
    appeals: list[AppealDetails]
    next: Annotated[str | None, Field(description="Cursor of the next page, if there is one")]

"""Schemas of misuse reviews of accounts and reporters."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field
from staydown.api.http import RequestBody
from staydown.domain.accounts.misuse import EndReason, Intention, MisuseOutcome
from staydown.domain.accounts.strikes import MisuseSubjectKind
from staydown.domain.cases.decisions import ShownContent


class MisuseReview(BaseModel):
    review_id: str
    kind: Annotated[
        MisuseSubjectKind, Field(description="Repeated blocked uploads, or repeated unfounded reports")
    ]
    platform: Annotated[str | None, Field(description="Absent for a reporter, who stays anonymous")]
    account_id: str | None
    opened_at: datetime
    outcome: Annotated[MisuseOutcome | None, Field(description="Absent until the review is decided")]
    decided_at: datetime | None
    until: Annotated[datetime | None, Field(description="When the suspension expires")]
    ending: Annotated[
        EndReason | None,
        Field(description="How the suspension ended. `fell` without a decision: too few strikes remain"),
    ]
    ended_at: datetime | None


class MisusePage(BaseModel):
    reviews: list[MisuseReview]
    next: Annotated[str | None, Field(description="Cursor of the next page; absent on the last")]


class MisuseStrike(BaseModel):
    """A strike: an upload of an account, or the first case of a report."""

    upload_id: str | None
    case_id: str | None
    at: Annotated[datetime, Field(description="When the upload or report was received")]


class ShownCount(BaseModel):
    shown: ShownContent
    cases: Annotated[int, Field(description="Number of decided cases behind the strikes that show this")]


class MisuseDetails(BaseModel):
    """The current history of an account or reporter, without reversed decisions."""

    review: MisuseReview
    days: Annotated[int, Field(description="Length of the period that the history covers, in days")]
    strikes: Annotated[list[MisuseStrike], Field(description="Newest first, at most 100")]
    stopped: Annotated[
        int, Field(description="Number of uploads blocked before publication, or of unfounded reports")
    ]
    total: Annotated[
        int,
        Field(description="Number of all uploads of the account (up to 1000), or of all reports (up to 100)"),
    ]
    exact: Annotated[
        int, Field(description="Number of the newest 50 strikes whose file is identical to a reference image")
    ]
    not_the_subject: Annotated[
        int, Field(description="For a reporter: number of cases in which they are not the person shown")
    ]
    hidden: Annotated[
        int, Field(description="For a reporter: number of uploads hidden at the deadline of their reports")
    ]
    shown: list[ShownCount]
    warned_at: Annotated[datetime | None, Field(description="Time of the active warning")]
    may_suspend: Annotated[
        bool,
        Field(description="Whether you may suspend: strikes after a warning, and no report decided by you"),
    ]
    may_lift: Annotated[bool, Field(description="Whether you may lift the current suspension")]
    longest_days: Annotated[int, Field(description="Longest possible suspension, in days")]


class MisuseDecisionRequest(RequestBody):
    outcome: MisuseOutcome
    intention: Intention
    reasons: Annotated[str, Field(min_length=1, max_length=5000, description="For the audit only")]
    days: Annotated[int | None, Field(ge=1, le=3650, description="Length of a suspension")] = None


class MisuseLiftRequest(RequestBody):
    reasons: Annotated[str, Field(min_length=1, max_length=5000, description="For the audit only")]

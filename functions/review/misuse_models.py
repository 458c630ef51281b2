"""Accounts whose uploads are stopped again and again, as reviewers see and judge them."""

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
        MisuseSubjectKind, Field(description="Whose uploads are stopped, or whose reports unfounded")
    ]
    platform: Annotated[str | None, Field(description="Of an account; who reports is not told to anybody")]
    account_id: str | None
    opened_at: datetime
    outcome: Annotated[MisuseOutcome | None, Field(description="Absent until it is decided")]
    decided_at: datetime | None
    until: Annotated[datetime | None, Field(description="When its suspension ends by itself")]
    ending: Annotated[
        EndReason | None,
        Field(description="How its suspension ended; `fell` before a decision: too few strikes are left"),
    ]
    ended_at: datetime | None


class MisusePage(BaseModel):
    reviews: list[MisuseReview]
    next: Annotated[str | None, Field(description="Cursor of the next page, if there is one")]


class MisuseStrike(BaseModel):
    """An upload of an account, or the first case of a report."""

    upload_id: str | None
    case_id: str | None
    at: Annotated[datetime, Field(description="When it was posted, or filed")]


class ShownCount(BaseModel):
    shown: ShownContent
    cases: Annotated[int, Field(description="In how many of the judged cases that the strikes met")]


class MisuseDetails(BaseModel):
    """As it is at this moment: what was taken back since is not in it."""

    review: MisuseReview
    days: Annotated[int, Field(description="Within which all of this was")]
    strikes: Annotated[list[MisuseStrike], Field(description="The newest first, 100 at most")]
    stopped: Annotated[
        int, Field(description="Uploads that met the bank before anybody saw them, or unfounded reports")
    ]
    total: Annotated[
        int, Field(description="All uploads of the account, up to 1000, or all reports, up to 100")
    ]
    exact: Annotated[
        int, Field(description="Of the newest 50 strikes, those that are the judged file itself")
    ]
    not_the_subject: Annotated[
        int, Field(description="Of reports: in how many cases who complained is not the person shown")
    ]
    hidden: Annotated[int, Field(description="Of reports: uploads that were hidden for them at a deadline")]
    shown: list[ShownCount]
    warned_at: Annotated[datetime | None, Field(description="The last warning, if it stands")]
    may_suspend: Annotated[
        bool, Field(description="Warned, and it went on after that; of reports, none of them judged by you")
    ]
    may_lift: Annotated[bool, Field(description="It suspends somebody, and you may end that")]
    longest_days: Annotated[int, Field(description="The longest term of a suspension")]


class MisuseDecisionRequest(RequestBody):
    outcome: MisuseOutcome
    intention: Intention
    reasons: Annotated[str, Field(min_length=1, max_length=5000, description="For the record alone")]
    days: Annotated[int | None, Field(ge=1, le=3650, description="The term of a suspension")] = None


class MisuseLiftRequest(RequestBody):
    reasons: Annotated[str, Field(min_length=1, max_length=5000, description="For the record alone")]

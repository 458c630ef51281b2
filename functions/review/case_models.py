"""Schemas of cases and decisions for reviewers. They never identify a reporter."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field, StrictBool
from staydown.api.http import RequestBody
from staydown.domain.bank.entry import Standing
from staydown.domain.cases.case import MAX_CASE_UPLOADS, CaseOrigin
from staydown.domain.cases.decisions import ComplainantIsSubject, DecisionOutcome, SceneSetting, ShownContent
from staydown.domain.cases.notes import MAX_NOTE_BYTES
from staydown.domain.cases.reports import RelationToSubject, RepresentativeRole
from staydown.domain.cases.states import CaseState
from staydown.domain.uploads.upload import UploadState

from functions.review.preservation_models import CasePreservation


class QueuedCase(BaseModel):
    case_id: str
    state: CaseState
    origin: CaseOrigin
    opened_at: datetime
    deadline: datetime | None
    uploads: int
    reports: int
    set_aside_until: Annotated[
        datetime | None,
        Field(description="Deferred until then, because all of its reporters are suspended"),
    ]
    claimed_until: Annotated[datetime | None, Field(description="End of the current claim")]
    claimed_by_you: bool


class QueuePage(BaseModel):
    cases: list[QueuedCase]
    next: Annotated[str | None, Field(description="Cursor of the next page; absent on the last")]


class MatchAlignment(BaseModel):
    """The alignment of an image with the reference image by keypoints."""

    inliers: Annotated[int, Field(description="Keypoints that fit one alignment")]
    agreeing: Annotated[int, Field(description="Tiles of the reference image that look the same")]
    visible: Annotated[int, Field(description="Tiles that could be compared")]


class CaseMatch(BaseModel):
    entry_id: str
    standing: Annotated[Standing | None, Field(description="The current standing of the entry")]
    provenance: Annotated[list[str], Field(description="Supports of the entry: case, report, partner")]
    distance: Annotated[int, Field(description="Number of differing bits, 0 to 256")]
    view: Annotated[str, Field(description="The view of the upload that matched")]
    exact: bool
    overlap: Annotated[MatchAlignment | None, Field(description="Absent if the hashes matched")]
    cases: Annotated[list[str], Field(description="Decided cases that support the entry")]


class CaseUpload(BaseModel):
    upload_id: str
    platform: str
    account_id: str
    state: UploadState
    reason: str | None
    received_at: datetime
    was_published: bool
    width: int | None
    height: int | None
    frames: int | None
    quality: Annotated[int | None, Field(description="Quality of the hash: below 50 it is unreliable")]
    matches: list[CaseMatch]


class ReportAnswer(BaseModel):
    question: str
    answer: str


class CaseReport(BaseModel):
    addresses: Annotated[
        list[str], Field(description="Addresses of the image, other than those of this service")
    ]
    authority: Annotated[
        RepresentativeRole | None, Field(description="What entitles them to act for the person shown")
    ]
    filed_at: datetime
    valid: bool
    relation: RelationToSubject
    statement: str
    answers: Annotated[
        list[ReportAnswer], Field(description="Answers to the operator's questions for reviewers")
    ]
    withdrawn: bool


RemainingReports = Annotated[int, Field(description="Number of further reports: get them with reports_from")]


class DecisionFactors(RequestBody):
    shown: Annotated[list[ShownContent], Field(min_length=1)]
    setting: SceneSetting
    complainant: ComplainantIsSubject


class CaseDecision(BaseModel):
    outcome: DecisionOutcome
    factors: DecisionFactors
    reasons: str
    at: datetime
    by_you: bool
    manifestly_unfounded: bool


class CaseNote(BaseModel):
    by: Annotated[str, Field(description="Id of the reviewer, as in the audit")]
    by_you: bool
    at: datetime
    text: str


class ActiveReviewer(BaseModel):
    reviewer: Annotated[str, Field(description="Id of the reviewer, as in the audit")]
    at: Annotated[datetime, Field(description="When they last opened the case")]


class SecondOpinionState(StrEnum):
    WAITS = "waits"
    AGREES = "agrees"
    DIFFERS = "differs"


class Case(BaseModel):
    case_id: str
    state: CaseState
    origin: CaseOrigin
    opened_at: datetime
    deadline: datetime | None
    revision: int
    claimed_until: datetime | None
    claimed_by_you: bool
    you_took_part: Annotated[
        bool, Field(description="Whether you claimed or decided the case: others decide its appeal")
    ]
    uploads: list[CaseUpload]
    reports: list[CaseReport]
    more_reports: RemainingReports
    one_reporter: Annotated[
        bool,
        Field(description="Whether the case has one reporter and a dismissal can be manifestly_unfounded"),
    ]
    entries: Annotated[list[str], Field(description="Bank entries that the case is about")]
    banked: Annotated[list[str], Field(description="Bank entries that the decision supports")]
    decision: CaseDecision | None
    appeal_id: Annotated[str | None, Field(description="Id of an undecided appeal")]
    second_opinion: Annotated[
        SecondOpinionState | None, Field(description="Absent if no second opinion was requested")
    ]
    hold: CasePreservation
    notes: Annotated[list[CaseNote], Field(description="Notes among reviewers, oldest first")]
    others_reading: Annotated[
        list[ActiveReviewer], Field(description="Other reviewers who had the case open in the last 3 minutes")
    ]


class NoteRequest(RequestBody):
    text: Annotated[
        str, Field(min_length=1, max_length=MAX_NOTE_BYTES, description="At most 1000 bytes in UTF-8")
    ]


class NextCase(BaseModel):
    case: Annotated[Case | None, Field(description="Absent if no case is available")]


class DecisionRequest(RequestBody):
    outcome: DecisionOutcome
    factors: DecisionFactors
    reasons: Annotated[str, Field(min_length=1, max_length=5000)]
    second_opinion: Annotated[
        StrictBool, Field(description="Request a second opinion, given without seeing this decision")
    ] = False
    manifestly_unfounded: Annotated[
        StrictBool,
        Field(description="With not_violating and one reporter, who is then warned"),
    ] = False


class SplitRequest(RequestBody):
    upload_ids: Annotated[
        list[Annotated[str, Field(max_length=64)]],
        Field(
            min_length=1,
            max_length=MAX_CASE_UPLOADS - 1,
            description="Uploads of another image. At least one upload stays in the case",
        ),
    ]


class CaseSplit(BaseModel):
    case: Annotated[Case, Field(description="The case after the split")]
    separated: Annotated[str, Field(description="Id of the new case, which you have claimed too")]


class UnclaimedCase(BaseModel):
    case_id: str


class RecusedCase(BaseModel):
    case_id: str


class ReasonTemplate(BaseModel):
    key: str
    outcome: DecisionOutcome
    title: str
    text: str


class ReasonTemplates(BaseModel):
    templates: list[ReasonTemplate]

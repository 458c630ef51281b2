"""What reviewers see of a case, and how they judge it. Nobody who reported is in any of it."""

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
from staydown.services.retention.legal_hold import LegalHoldReason


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
        Field(description="Given to nobody before: only somebody whose reports are suspended wants it"),
    ]
    claimed_until: Annotated[datetime | None, Field(description="Somebody works on it until then")]
    claimed_by_you: bool


class QueuePage(BaseModel):
    cases: list[QueuedCase]
    next: Annotated[str | None, Field(description="Cursor of the next page, if there is one")]


class MatchAlignment(BaseModel):
    """How a picture lies over the judged one, by its keypoints."""

    inliers: Annotated[int, Field(description="Keypoints that one laying explains")]
    agreeing: Annotated[int, Field(description="Parts of the judged picture that look the same")]
    visible: Annotated[int, Field(description="Parts that could be compared")]


class CaseMatch(BaseModel):
    entry_id: str
    standing: Annotated[Standing | None, Field(description="As it is now")]
    provenance: Annotated[list[str], Field(description="What the entry rests on: case, report, partner")]
    distance: Annotated[int, Field(description="Bits that differ, 0 to 256")]
    view: Annotated[str, Field(description="Which view of the upload met the entry")]
    exact: bool
    overlap: Annotated[
        MatchAlignment | None, Field(description="Absent where the hashes of the whole pictures met")
    ]
    cases: Annotated[list[str], Field(description="Decided cases that the entry rests on")]


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
    quality: Annotated[int | None, Field(description="Of its hash: under 50 it says little")]
    matches: list[CaseMatch]


class ReportAnswer(BaseModel):
    question: str
    answer: str


class CaseReport(BaseModel):
    addresses: Annotated[
        list[str], Field(description="Where they say it is, other than what is published here")
    ]
    authority: Annotated[
        RepresentativeRole | None, Field(description="By what they act for the person shown")
    ]
    filed_at: datetime
    valid: bool
    relation: RelationToSubject
    statement: str
    answers: Annotated[
        list[ReportAnswer], Field(description="To the operator's questions that are for reviewers")
    ]
    withdrawn: bool


RemainingReports = Annotated[int, Field(description="That come after these: ask for them with reports_from")]


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
    by: Annotated[str, Field(description="A reviewer, by the id of the audit")]
    by_you: bool
    at: datetime
    text: str


class ActiveReviewer(BaseModel):
    reviewer: Annotated[str, Field(description="By the id of the audit")]
    at: Annotated[datetime, Field(description="When they last read it")]


class CasePreservation(BaseModel):
    case_id: str
    held: Annotated[bool, Field(description="Nothing of the case is erased")]
    reason: LegalHoldReason | None
    since: datetime | None
    release_asked: Annotated[bool, Field(description="One of two has asked; somebody else has to confirm")]
    release_asked_by_you: bool
    erasure_asked: Annotated[bool, Field(description="Its images are erased by the next run, or are")]
    erasure_waits: Annotated[
        bool, Field(description="One of several who reported it wants that; a senior decides")
    ]


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
    you_took_part: Annotated[bool, Field(description="You claimed or decided it: its appeal is for others")]
    uploads: list[CaseUpload]
    reports: list[CaseReport]
    more_reports: RemainingReports
    one_reporter: Annotated[
        bool, Field(description="One person alone reported it: a refusal may be manifestly_unfounded")
    ]
    entries: Annotated[list[str], Field(description="Entries of the bank that it is about")]
    banked: Annotated[list[str], Field(description="Entries of the bank that rest on its decision")]
    decision: CaseDecision | None
    appeal_id: Annotated[str | None, Field(description="An appeal of it that waits")]
    second_opinion: Annotated[
        SecondOpinionState | None, Field(description="Somebody else's, if one was asked for")
    ]
    hold: CasePreservation
    notes: Annotated[list[CaseNote], Field(description="Of reviewers to each other, the oldest first")]
    others_reading: Annotated[
        list[ActiveReviewer], Field(description="Other reviewers who had it open in the last three minutes")
    ]


class NoteRequest(RequestBody):
    text: Annotated[
        str, Field(min_length=1, max_length=MAX_NOTE_BYTES, description="1000 bytes in UTF-8 at most")
    ]


class NextCase(BaseModel):
    case: Annotated[Case | None, Field(description="Absent when nothing waits")]


class DecisionRequest(RequestBody):
    outcome: DecisionOutcome
    factors: DecisionFactors
    reasons: Annotated[str, Field(min_length=1, max_length=5000)]
    second_opinion: Annotated[
        StrictBool, Field(description="Somebody else is to judge it too, without seeing this")
    ] = False
    manifestly_unfounded: Annotated[
        StrictBool,
        Field(description="With not_violating, of a case with one report: its sender is warned of it"),
    ] = False


class SplitRequest(RequestBody):
    upload_ids: Annotated[
        list[Annotated[str, Field(max_length=64)]],
        Field(
            min_length=1,
            max_length=MAX_CASE_UPLOADS - 1,
            description="Those that are another picture; one at least stays in the case",
        ),
    ]


class CaseSplit(BaseModel):
    case: Annotated[Case, Field(description="As it is now")]
    separated: Annotated[str, Field(description="The case of what was taken out, claimed by you as well")]


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

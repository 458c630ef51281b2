"""Schemas of reports, as reporters send and read them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StrictBool, StrictInt
from staydown.api.http import RequestBody
from staydown.api.notices import Language, Notice
from staydown.config.report_form import MAX_ANSWER_LENGTH, MAX_QUESTIONS
from staydown.domain.cases.appeals import AppealOutcome
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.cases.reports import (
    EmailPreference,
    RelationToSubject,
    RepresentativeRole,
    UnreachableReason,
)
from staydown.domain.cases.states import CaseState


class Help(BaseModel):
    name: str
    url: str
    whom: Annotated[str, Field(description="adults or children")]
    where: Annotated[str, Field(description="Two-letter country code, or any")]
    phone: Annotated[str, Field(description="Number to dial; empty if there is none")]
    phone_text: Annotated[str, Field(description="Number to display")]


class FormQuestion(BaseModel):
    key: str
    label: str
    help: str
    required: Annotated[bool, Field(description="Whether a report without an answer is incomplete")]
    max_length: Annotated[int, Field(description="Longest answer, in characters")]
    for_reviewers: Annotated[bool, Field(description="Whether reviewers see the answer")]


class ReportForm(BaseModel):
    help: list[Help]
    questions: Annotated[
        list[FormQuestion],
        Field(description="Questions of the operator, in addition to the legal requirements"),
    ]


Answers = Annotated[
    dict[
        Annotated[str, Field(max_length=32)],
        Annotated[str, Field(max_length=MAX_ANSWER_LENGTH)],
    ],
    Field(
        max_length=MAX_QUESTIONS,
        default_factory=dict,
        description="Answers to the operator's questions (GET /v1/report-form), by key",
    ),
]


class DeclarationsBody(RequestBody):
    """The declarations that the law requires. A valid report has all four."""

    intimate: Annotated[StrictBool, Field(description="The image is intimate, real or synthetic")] = False
    without_consent: Annotated[
        StrictBool, Field(description="It is published without the consent of the person shown")
    ] = False
    subject_or_representative: Annotated[
        StrictBool, Field(description="I am the person shown, or I act for them")
    ] = False
    good_faith: Annotated[StrictBool, Field(description="My report is true and made in good faith")] = False


class Contact(RequestBody):
    name: Annotated[str, Field(max_length=200)] = ""
    email: Annotated[str, Field(max_length=254)] = ""
    mail: Annotated[
        EmailPreference, Field(description="What an e-mail may contain, as others may read it")
    ] = EmailPreference.NOTIFICATION_ONLY


class ContactUpdate(RequestBody):
    """Fields that are left out stay unchanged."""

    name: Annotated[str | None, Field(max_length=200)] = None
    email: Annotated[str | None, Field(max_length=254)] = None
    mail: EmailPreference | None = None


class HashBody(RequestBody):
    """The hash of an image, computed on the person's own device."""

    pdq: Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$")]
    quality: Annotated[StrictInt, Field(ge=0, le=100)]


class ReportRequest(RequestBody):
    uploads: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=10, default_factory=list)]
    hashes: Annotated[list[HashBody], Field(max_length=10, default_factory=list)]
    relation: RelationToSubject
    declarations: DeclarationsBody = DeclarationsBody()
    statement: Annotated[str, Field(max_length=5000, description="Your own words. Reviewers read them")] = ""
    signature: Annotated[
        str, Field(max_length=200, description="Your typed name. Reviewers do not see it")
    ] = ""
    contact: Contact = Contact()
    language: Language | None = None
    addresses: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=2048)]],
        Field(
            max_length=10,
            default_factory=list,
            description="Where the image is. Addresses of this service are resolved at once",
        ),
    ]
    authority: Annotated[
        RepresentativeRole | None,
        Field(description="What entitles you to act for another person. Reviewers see it"),
    ] = None
    recovery_phrase: Annotated[
        str | None,
        Field(
            min_length=12,
            max_length=200,
            description="Your own words, to get a new secret. Without them, a lost secret cannot be replaced",
        ),
    ] = None
    answers: Answers


class RecoveryRequest(RequestBody):
    phrase: Annotated[str, Field(min_length=1, max_length=200)]


class ReplacementSecret(BaseModel):
    case_number: str
    secret: Annotated[str, Field(description="The new secret, which is returned only once")]
    help: list[Help]


class InformationRequest(RequestBody):
    declarations: DeclarationsBody | None = None
    statement: Annotated[str | None, Field(max_length=5000)] = None
    signature: Annotated[str | None, Field(max_length=200)] = None
    contact: ContactUpdate | None = None
    answers: Answers


class DismissalAppealRequest(RequestBody):
    statement: Annotated[
        str, Field(min_length=1, max_length=5000, description="Why your report should be reviewed again")
    ]


class ReportReceipt(BaseModel):
    """Keep the case number and the secret. The secret is returned only once."""

    case_number: str
    secret: str
    valid: Annotated[
        bool, Field(description="Whether the report meets the legal requirements, so that the deadline runs")
    ]
    missing: Annotated[list[str], Field(description="JSON pointers to missing fields")]
    deadline: Annotated[datetime | None, Field(description="The latest time of the decision")]
    addresses: Annotated[
        list[str],
        Field(description="Addresses at which this service publishes nothing. A reviewer reads them"),
    ]
    set_aside_until: Annotated[
        datetime | None,
        Field(description="Reports of this account are deferred: the latest time at which it enters review"),
    ]
    notice: Annotated[
        list[str],
        Field(description="For a deferred report: the reason, the end and how to object, as plain text"),
    ]
    help: list[Help]


class TimelineEntry(BaseModel):
    at: datetime
    code: Annotated[str, Field(description="Code of the event, such as `case.decided`. Codes may be added")]
    what: Annotated[str, Field(description="The event in English")]


class DismissalAppealStatus(BaseModel):
    filed_at: datetime
    outcome: Annotated[AppealOutcome | None, Field(description="Absent until the appeal is decided")]
    decided_at: datetime | None


class ReportedCaseStatus(BaseModel):
    state: CaseState
    outcome: DecisionOutcome | None
    deadline: datetime | None
    appeal_until: Annotated[
        datetime | None, Field(description="Until when a dismissal can be appealed; absent without one")
    ]
    appeal: Annotated[DismissalAppealStatus | None, Field(description="Your appeal of the dismissal")]
    preserved: Annotated[
        bool, Field(description="Nothing of the case is erased until two seniors release it")
    ]
    erasure_asked: Annotated[bool, Field(description="The image is erased, or will be within the hour")]
    erasure_waits: Annotated[
        bool, Field(description="Requested. A senior decides, because others reported the image too")
    ]


class ReportStatus(BaseModel):
    case_number: str
    valid: bool
    missing: list[str]
    withdrawn: bool
    filed_at: datetime
    deadline: datetime | None
    set_aside_until: Annotated[
        datetime | None,
        Field(description="The report is deferred: the latest time at which it enters review"),
    ]
    cases: Annotated[list[ReportedCaseStatus], Field(description="One case for each image of the report")]
    timeline: list[TimelineEntry]
    notices: Annotated[list[Notice], Field(description="Notices to you, newest first")]
    mail: Annotated[EmailPreference | None, Field(description="What an e-mail to you may contain")]
    unreachable: Annotated[
        UnreachableReason | None,
        Field(description="Why your e-mail address no longer receives mail. Send another one"),
    ]
    help: list[Help]

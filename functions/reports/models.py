"""What people send and are told: requests and answers about reports."""

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
    where: Annotated[str, Field(description="A country in two letters, or any")]
    phone: Annotated[str, Field(description="As it is dialled; empty where there is none")]
    phone_text: Annotated[str, Field(description="As it is written")]


class FormQuestion(BaseModel):
    key: str
    label: str
    help: str
    required: Annotated[bool, Field(description="Without an answer the report is incomplete")]
    max_length: Annotated[int, Field(description="Of the answer, in letters")]
    for_reviewers: Annotated[bool, Field(description="Whether those who decide read the answer")]


class ReportForm(BaseModel):
    help: list[Help]
    questions: Annotated[list[FormQuestion], Field(description="The operator's own, beside those of the law")]


Answers = Annotated[
    dict[
        Annotated[str, Field(max_length=32)],
        Annotated[str, Field(max_length=MAX_ANSWER_LENGTH)],
    ],
    Field(
        max_length=MAX_QUESTIONS,
        default_factory=dict,
        description="To the operator's own questions (GET /v1/report-form), by their keys",
    ),
]


class DeclarationsBody(RequestBody):
    """What the law asks a reporter to declare; all four make a report valid."""

    intimate: Annotated[StrictBool, Field(description="It is an intimate image, real or synthetic")] = False
    without_consent: Annotated[
        StrictBool, Field(description="It is shown without the consent of the person")
    ] = False
    subject_or_representative: Annotated[
        StrictBool, Field(description="I am the person shown, or I act for them")
    ] = False
    good_faith: Annotated[StrictBool, Field(description="I say this in good faith, and it is true")] = False


class Contact(RequestBody):
    name: Annotated[str, Field(max_length=200)] = ""
    email: Annotated[str, Field(max_length=254)] = ""
    mail: Annotated[EmailPreference, Field(description="What an e-mail may say: others may read it")] = (
        EmailPreference.NOTIFICATION_ONLY
    )


class ContactUpdate(RequestBody):
    """What is left out stays as it is."""

    name: Annotated[str | None, Field(max_length=200)] = None
    email: Annotated[str | None, Field(max_length=254)] = None
    mail: EmailPreference | None = None


class HashBody(RequestBody):
    """Of a picture that never left the person's device."""

    pdq: Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$")]
    quality: Annotated[StrictInt, Field(ge=0, le=100)]


class ReportRequest(RequestBody):
    uploads: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=10, default_factory=list)]
    hashes: Annotated[list[HashBody], Field(max_length=10, default_factory=list)]
    relation: RelationToSubject
    declarations: DeclarationsBody = DeclarationsBody()
    statement: Annotated[str, Field(max_length=5000, description="In your own words; reviewers read it")] = ""
    signature: Annotated[
        str, Field(max_length=200, description="Your name, typed; reviewers don't see it")
    ] = ""
    contact: Contact = Contact()
    language: Language | None = None
    addresses: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=2048)]],
        Field(max_length=10, default_factory=list, description="Where the image is; ours are found at once"),
    ]
    authority: Annotated[
        RepresentativeRole | None, Field(description="By what you act for somebody else; reviewers see it")
    ] = None
    recovery_phrase: Annotated[
        str | None,
        Field(
            min_length=12,
            max_length=200,
            description="Words of your own, for a new secret should this one be lost; without, lost is lost",
        ),
    ] = None
    answers: Answers


class RecoveryRequest(RequestBody):
    phrase: Annotated[str, Field(min_length=1, max_length=200)]


class ReplacementSecret(BaseModel):
    case_number: str
    secret: Annotated[str, Field(description="In place of the lost one; shown this once")]
    help: list[Help]


class InformationRequest(RequestBody):
    declarations: DeclarationsBody | None = None
    statement: Annotated[str | None, Field(max_length=5000)] = None
    signature: Annotated[str | None, Field(max_length=200)] = None
    contact: ContactUpdate | None = None
    answers: Answers


class DismissalAppealRequest(RequestBody):
    statement: Annotated[
        str, Field(min_length=1, max_length=5000, description="Why it should be looked at again")
    ]


class ReportReceipt(BaseModel):
    """Keep the case number and the secret: the secret is shown this once."""

    case_number: str
    secret: str
    valid: Annotated[bool, Field(description="Whether the law has all it wants, so that the deadline runs")]
    missing: Annotated[list[str], Field(description="JSON pointers to what is still needed")]
    deadline: Annotated[datetime | None, Field(description="When it will be decided at the latest")]
    addresses: Annotated[
        list[str], Field(description="Those at which we publish nothing; a reviewer reads them")
    ]
    set_aside_until: Annotated[
        datetime | None,
        Field(
            description="Reports from this account are suspended: when it comes to a reviewer at the latest"
        ),
    ]
    notice: Annotated[
        list[str],
        Field(description="Of a report that waits so: why, until when, and how to object; plain text"),
    ]
    help: list[Help]


class TimelineEntry(BaseModel):
    at: datetime
    code: Annotated[
        str, Field(description="What happened, such as `case.decided`: for words of your own; more may come")
    ]
    what: Annotated[str, Field(description="The same in English")]


class DismissalAppealStatus(BaseModel):
    filed_at: datetime
    outcome: Annotated[AppealOutcome | None, Field(description="Absent until it is decided")]
    decided_at: datetime | None


class ReportedCaseStatus(BaseModel):
    state: CaseState
    outcome: DecisionOutcome | None
    deadline: datetime | None
    appeal_until: Annotated[
        datetime | None, Field(description="Until when a refusal can be appealed; absent where there is none")
    ]
    appeal: Annotated[DismissalAppealStatus | None, Field(description="Your appeal of it")]
    preserved: Annotated[bool, Field(description="Nothing of it is erased until two people let it go")]
    erasure_asked: Annotated[bool, Field(description="Its image is erased within the hour, or is")]
    erasure_waits: Annotated[
        bool, Field(description="Asked for; others have reported it too, so a senior reviewer decides")
    ]


class ReportStatus(BaseModel):
    case_number: str
    valid: bool
    missing: list[str]
    withdrawn: bool
    filed_at: datetime
    deadline: datetime | None
    set_aside_until: Annotated[
        datetime | None, Field(description="Its sender's reports wait for a time: until then at the latest")
    ]
    cases: Annotated[list[ReportedCaseStatus], Field(description="One for each image of the report")]
    timeline: list[TimelineEntry]
    notices: Annotated[list[Notice], Field(description="What you were told, the newest first")]
    mail: Annotated[EmailPreference | None, Field(description="What an e-mail to you may say")]
    unreachable: Annotated[
        UnreachableReason | None,
        Field(description="Why nothing is sent to your address any more; give another one"),
    ]
    help: list[Help]

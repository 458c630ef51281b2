"""Reports by anybody: filed without an account, followed with a case number and its secret."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler.openapi.params import Header
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, Field, StrictBool, StrictInt
from staydown.api.http import Body, Id, IdempotencyKey, make_app
from staydown.api.idempotency import IdempotentCalls
from staydown.api.notices import Language, Notice, to_reporter
from staydown.aws.stack import Stack
from staydown.domain.appeals import Appeal, AppealOutcome
from staydown.domain.cases import Case, CaseState, Outcome
from staydown.domain.hashes import PdqHash
from staydown.domain.ids import normal_case_number
from staydown.domain.mail import MailChoice
from staydown.domain.reports import Authority, Declarations, Relation, Report, ReportedHash, Unreachable
from staydown.services.amend_report import Information, complete_report, withdraw_report
from staydown.services.appeal_refusal import appeal_refusal
from staydown.services.ask_erasure import ask_erasure_as_reporter
from staydown.services.file_report import ReportForm, file_report
from staydown.services.follow_report import follow_report
from staydown.services.hold_case import preserve_report
from staydown.services.recover_secret import recover_secret

logger = Logger()
app = make_app(logger)
stack = cache(Stack.from_environment)

Secret = Annotated[str, Header(alias="Case-Secret", max_length=128, description="Given when filing")]


@cache
def calls() -> IdempotentCalls:
    return IdempotentCalls(stack(), app.resolve)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return calls()(event, context)


class Help(BaseModel):
    name: str
    address: str


def _help() -> list[Help]:
    return [Help(name=name, address=address) for name, address in stack().settings.help_lines]


class DeclarationsMade(Body):
    """What the law asks a reporter to declare; all four make a report valid."""

    intimate: Annotated[StrictBool, Field(description="It is an intimate image, real or synthetic")] = False
    without_consent: Annotated[
        StrictBool, Field(description="It is shown without the consent of the person")
    ] = False
    subject_or_representative: Annotated[
        bool, Field(description="I am the person shown, or I act for them")
    ] = False
    good_faith: Annotated[StrictBool, Field(description="I say this in good faith, and it is true")] = False


class Contact(Body):
    name: Annotated[str, Field(max_length=200)] = ""
    email: Annotated[str, Field(max_length=254)] = ""
    mail: Annotated[MailChoice, Field(description="What an e-mail may say: others may read it")] = (
        MailChoice.NEWS
    )


class ContactAdded(Body):
    """What is left out stays as it is."""

    name: Annotated[str | None, Field(max_length=200)] = None
    email: Annotated[str | None, Field(max_length=254)] = None
    mail: MailChoice | None = None


class HashMade(Body):
    """Of a picture that never left the person's device."""

    pdq: Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$")]
    quality: Annotated[StrictInt, Field(ge=0, le=100)]


class ReportRequest(Body):
    uploads: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=10, default_factory=list)]
    hashes: Annotated[list[HashMade], Field(max_length=10, default_factory=list)]
    relation: Relation
    declarations: DeclarationsMade = DeclarationsMade()
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
        Authority | None, Field(description="By what you act for somebody else; reviewers see it")
    ] = None
    recovery_phrase: Annotated[
        str | None,
        Field(
            min_length=12,
            max_length=200,
            description="Words of your own, for a new secret should this one be lost; without, lost is lost",
        ),
    ] = None


class RecoveryRequest(Body):
    phrase: Annotated[str, Field(min_length=1, max_length=200)]


class NewSecret(BaseModel):
    case_number: str
    secret: Annotated[str, Field(description="In place of the lost one; shown this once")]
    help: list[Help]


class InformationRequest(Body):
    declarations: DeclarationsMade | None = None
    statement: Annotated[str | None, Field(max_length=5000)] = None
    signature: Annotated[str | None, Field(max_length=200)] = None
    contact: ContactAdded | None = None


class RefusalAppealRequest(Body):
    statement: Annotated[
        str, Field(min_length=1, max_length=5000, description="Why it should be looked at again")
    ]


class FiledReport(BaseModel):
    """Keep the case number and the secret: the secret is shown this once."""

    case_number: str
    secret: str
    valid: Annotated[bool, Field(description="Whether nothing is missing, so that the deadline runs")]
    missing: Annotated[list[str], Field(description="JSON pointers to what is still needed")]
    deadline: Annotated[datetime | None, Field(description="When it will be decided at the latest")]
    addresses: Annotated[
        list[str], Field(description="Those at which we publish nothing; a reviewer reads them")
    ]
    help: list[Help]


class TimelineEntry(BaseModel):
    at: datetime
    what: str


class RefusalAppeal(BaseModel):
    filed_at: datetime
    outcome: Annotated[AppealOutcome | None, Field(description="Absent until it is decided")]
    decided_at: datetime | None


class FollowedCase(BaseModel):
    state: CaseState
    outcome: Outcome | None
    deadline: datetime | None
    appeal_until: Annotated[
        datetime | None, Field(description="Until when a refusal can be appealed; absent where there is none")
    ]
    appeal: Annotated[RefusalAppeal | None, Field(description="Your appeal of it")]


class FollowedReport(BaseModel):
    case_number: str
    valid: bool
    missing: list[str]
    withdrawn: bool
    filed_at: datetime
    deadline: datetime | None
    cases: Annotated[list[FollowedCase], Field(description="One for each image of the report")]
    timeline: list[TimelineEntry]
    notices: Annotated[list[Notice], Field(description="What you were told, the newest first")]
    mail: Annotated[MailChoice | None, Field(description="What an e-mail to you may say")]
    unreachable: Annotated[
        Unreachable | None,
        Field(description="Why nothing is sent to your address any more; give another one"),
    ]
    help: list[Help]


@app.post("/v1/reports", status_code=201, summary="Report an image", tags=["people"])
def post_report(request: ReportRequest, key: IdempotencyKey = None) -> FiledReport:
    form = ReportForm(
        relation=request.relation,
        declarations=_declarations(request.declarations),
        uploads=tuple(request.uploads),
        hashes=tuple(ReportedHash(PdqHash.from_hex(one.pdq), one.quality) for one in request.hashes),
        statement=request.statement,
        signature=request.signature,
        name=request.contact.name,
        email=request.contact.email,
        addresses=tuple(request.addresses),
        authority=request.authority,
        recovery_phrase=request.recovery_phrase or "",
        language=request.language,
        mail=request.contact.mail,
    )
    filed = file_report(stack(), form, request_id=key)
    return FiledReport(
        case_number=filed.report.case_number,
        secret=filed.secret,
        valid=filed.report.valid_at is not None,
        missing=list(filed.report.missing),
        deadline=_deadline(filed.report, filed.cases),
        addresses=list(filed.report.addresses),
        help=_help(),
    )


@app.get("/v1/cases/<case_number>", summary="What became of a report", tags=["people"])
def get_case(case_number: Id, secret: Secret) -> FollowedReport:
    return _followed(case_number, secret)


@app.post("/v1/cases/<case_number>/information", summary="Complete a report", tags=["people"])
def post_information(
    case_number: Id, request: InformationRequest, secret: Secret, _key: IdempotencyKey = None
) -> FollowedReport:
    added = Information(
        declarations=_declarations(request.declarations) if request.declarations else None,
        statement=request.statement,
        signature=request.signature,
        name=request.contact.name if request.contact else None,
        email=request.contact.email if request.contact else None,
        mail=request.contact.mail if request.contact else None,
    )
    complete_report(stack(), case_number, secret, added)
    return _followed(case_number, secret)


@app.post("/v1/cases/<case_number>/withdraw", summary="Take a report back", tags=["people"])
def post_withdraw(case_number: Id, secret: Secret, _key: IdempotencyKey = None) -> FollowedReport:
    withdraw_report(stack(), case_number, secret)
    return _followed(case_number, secret)


@app.post(
    "/v1/cases/<case_number>/preserve",
    summary="Have everything kept for the police, until two people let it go",
    tags=["people"],
)
def post_preserve(case_number: Id, secret: Secret, _key: IdempotencyKey = None) -> FollowedReport:
    preserve_report(stack(), case_number, secret)
    return _followed(case_number, secret)


@app.post(
    "/v1/cases/<case_number>/erase",
    summary="Have the removed image erased now; it still won't come back",
    tags=["people"],
)
def post_erase(case_number: Id, secret: Secret, _key: IdempotencyKey = None) -> FollowedReport:
    ask_erasure_as_reporter(stack(), case_number, secret)
    return _followed(case_number, secret)


@app.post("/v1/cases/<case_number>/appeal", status_code=201, summary="Appeal a refusal", tags=["people"])
def post_appeal(
    case_number: Id, request: RefusalAppealRequest, secret: Secret, _key: IdempotencyKey = None
) -> FollowedReport:
    appeal_refusal(stack(), case_number, secret, request.statement)
    return _followed(case_number, secret)


@app.post(
    "/v1/cases/<case_number>/recover",
    summary="A new secret, by the phrase chosen when filing",
    tags=["people"],
)
def post_recover(case_number: Id, request: RecoveryRequest) -> NewSecret:
    secret = recover_secret(stack(), case_number, request.phrase)
    return NewSecret(case_number=normal_case_number(case_number), secret=secret, help=_help())


def _followed(case_number: str, secret: str) -> FollowedReport:
    followed = follow_report(stack(), case_number, secret)
    report = followed.report
    return FollowedReport(
        case_number=report.case_number,
        valid=report.valid_at is not None,
        missing=list(report.missing),
        withdrawn=report.withdrawn_at is not None,
        filed_at=report.filed_at,
        deadline=_deadline(report, followed.cases),
        cases=[
            _followed_case(case, followed.appeals.get(case.case_id), stack().settings.appeal_window)
            for case in followed.cases
        ],
        timeline=[TimelineEntry(at=moment.at, what=moment.what) for moment in followed.timeline],
        notices=[to_reporter(notice) for notice in followed.notices],
        mail=followed.reporter.mail if followed.reporter else None,
        unreachable=followed.reporter.unreachable if followed.reporter else None,
        help=_help(),
    )


def _followed_case(case: Case, appeal: Appeal | None, window: timedelta) -> FollowedCase:
    return FollowedCase(
        state=case.state,
        outcome=case.decision.outcome if case.decision else None,
        deadline=case.deadline,
        appeal_until=case.decision.at + window if case.decision and case.is_refusal else None,
        appeal=RefusalAppeal(filed_at=appeal.filed_at, outcome=appeal.outcome, decided_at=appeal.decided_at)
        if appeal
        else None,
    )


def _deadline(report: Report, cases: tuple[Case, ...]) -> datetime | None:
    """The latest of its cases'; none while the report is not valid."""
    if report.valid_at is None:
        return None
    return max((case.deadline for case in cases if case.deadline is not None), default=None)


def _declarations(made: DeclarationsMade) -> Declarations:
    return Declarations(**made.model_dump())

"""Reports by anybody: filed without an account, or by one that its platform vouches for, and followed with a
case number and its secret."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler.openapi.params import Header
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.callers import calling_platform
from staydown.api.http import AccountInPath, Id, IdempotencyKey, make_app
from staydown.api.idempotency import IdempotentCalls
from staydown.aws.stack import Stack
from staydown.domain.hashes import PdqHash
from staydown.domain.ids import normal_case_number
from staydown.domain.reports import Declarations, ReportedHash
from staydown.services.appeals.appeal_refusal import appeal_refusal
from staydown.services.reports.amend_report import Information, complete_report, withdraw_report
from staydown.services.reports.file_report import ReportForm, file_report
from staydown.services.reports.follow_report import follow_report
from staydown.services.reports.recover_secret import recover_secret
from staydown.services.retention.ask_erasure import ask_erasure_as_reporter
from staydown.services.retention.hold_case import preserve_report

from functions.reports import models
from functions.reports.presenting import filed_report, followed_report, help_lines, report_form

logger = Logger()
app = make_app(logger)
stack = cache(Stack.from_environment)

Secret = Annotated[str, Header(alias="Case-Secret", max_length=128, description="Given when filing")]


@cache
def calls() -> IdempotentCalls:
    return IdempotentCalls(stack(), app.resolve)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return calls()(event, context)


@app.get(
    "/v1/report-form",
    operation_id="reports_get_report_form",
    summary="Who helps, and what the operator asks beside the law",
    tags=["people"],
)
def get_report_form() -> models.ReportForm:
    return report_form(stack().settings)


@app.post(
    "/v1/reports",
    operation_id="reports_post_report",
    status_code=201,
    summary="Report an image",
    tags=["people"],
)
def post_report(request: models.ReportRequest, key: IdempotencyKey = None) -> models.FiledReport:
    return _filed(request, key)


@app.post(
    "/v1/accounts/<account_id>/reports",
    operation_id="reports_post_vouched_report",
    status_code=201,
    summary="Report an image for who is signed in with this account: the platform vouches for it",
    tags=["client apps"],
)
def post_vouched_report(
    account_id: AccountInPath, request: models.ReportRequest, key: IdempotencyKey = None
) -> models.FiledReport:
    return _filed(request, key, vouched=(calling_platform(app.current_event), account_id))


def _filed(
    request: models.ReportRequest, key: str | None, vouched: tuple[str, str] | None = None
) -> models.FiledReport:
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
        answers=request.answers,
        vouched=vouched,
    )
    return filed_report(file_report(stack(), form, request_id=key), stack().settings)


@app.get(
    "/v1/cases/<case_number>",
    operation_id="reports_get_case",
    summary="What became of a report",
    tags=["people"],
)
def get_case(case_number: Id, secret: Secret) -> models.FollowedReport:
    return _followed(case_number, secret)


@app.post(
    "/v1/cases/<case_number>/information",
    operation_id="reports_post_information",
    summary="Complete a report",
    tags=["people"],
)
def post_information(
    case_number: Id, request: models.InformationRequest, secret: Secret, _key: IdempotencyKey = None
) -> models.FollowedReport:
    added = Information(
        declarations=_declarations(request.declarations) if request.declarations else None,
        statement=request.statement,
        signature=request.signature,
        name=request.contact.name if request.contact else None,
        email=request.contact.email if request.contact else None,
        mail=request.contact.mail if request.contact else None,
        answers=request.answers,
    )
    complete_report(stack(), case_number, secret, added)
    return _followed(case_number, secret)


@app.post(
    "/v1/cases/<case_number>/withdraw",
    operation_id="reports_post_withdraw",
    summary="Take a report back",
    tags=["people"],
)
def post_withdraw(case_number: Id, secret: Secret, _key: IdempotencyKey = None) -> models.FollowedReport:
    withdraw_report(stack(), case_number, secret)
    return _followed(case_number, secret)


@app.post(
    "/v1/cases/<case_number>/preserve",
    operation_id="reports_post_preserve",
    summary="Have everything kept for the police, until two people let it go",
    tags=["people"],
)
def post_preserve(case_number: Id, secret: Secret, _key: IdempotencyKey = None) -> models.FollowedReport:
    preserve_report(stack(), case_number, secret)
    return _followed(case_number, secret)


@app.post(
    "/v1/cases/<case_number>/erase",
    operation_id="reports_post_erase",
    summary="Have the removed image erased now; it still won't come back",
    tags=["people"],
)
def post_erase(case_number: Id, secret: Secret, _key: IdempotencyKey = None) -> models.FollowedReport:
    ask_erasure_as_reporter(stack(), case_number, secret)
    return _followed(case_number, secret)


@app.post(
    "/v1/cases/<case_number>/appeal",
    operation_id="reports_post_appeal",
    status_code=201,
    summary="Appeal a refusal",
    tags=["people"],
)
def post_appeal(
    case_number: Id, request: models.RefusalAppealRequest, secret: Secret, _key: IdempotencyKey = None
) -> models.FollowedReport:
    appeal_refusal(stack(), case_number, secret, request.statement)
    return _followed(case_number, secret)


@app.post(
    "/v1/cases/<case_number>/recover",
    operation_id="reports_post_recover",
    summary="A new secret, by the phrase chosen when filing",
    tags=["people"],
)
def post_recover(case_number: Id, request: models.RecoveryRequest) -> models.NewSecret:
    secret = recover_secret(stack(), case_number, request.phrase)
    return models.NewSecret(
        case_number=normal_case_number(case_number), secret=secret, help=help_lines(stack().settings)
    )


def _followed(case_number: str, secret: str) -> models.FollowedReport:
    return followed_report(follow_report(stack(), case_number, secret), stack().settings)


def _declarations(made: models.DeclarationsMade) -> Declarations:
    return Declarations(**made.model_dump())

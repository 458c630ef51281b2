"""API routes for reporters: file a report and follow it with a case number and a secret.

Reports need no account. A platform can also file one for a signed-in account, and vouches for that account.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler.openapi.params import Header
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.callers import require_platform
from staydown.api.http import IdempotencyKey, PathAccountId, PathId, create_app
from staydown.api.idempotency import IdempotentHandler
from staydown.aws.stack import Stack
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.cases.reports import Declarations, ReportedHash
from staydown.domain.ids import normalise_case_number
from staydown.services.access.reporters import recover_secret
from staydown.services.appeals.appeal_dismissal import appeal_dismissal
from staydown.services.reports.amend_report import ReportUpdate, complete_report, withdraw_report
from staydown.services.reports.file_report import ReportForm, file_report
from staydown.services.reports.view_report import view_report
from staydown.services.retention.legal_hold import preserve_reported_cases
from staydown.services.retention.request_erasure import request_erasure_as_reporter

from functions.reports import models
from functions.reports.responses import (
    help_line_responses,
    report_form_response,
    report_receipt,
    report_status_response,
)

logger = Logger()
app = create_app(logger)
stack = cache(Stack.from_environment)

Secret = Annotated[str, Header(alias="Case-Secret", max_length=128, description="The secret of the report")]


@cache
def idempotent_handler() -> IdempotentHandler:
    return IdempotentHandler(stack(), app.resolve)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return idempotent_handler()(event, context)


@app.get(
    "/v1/report-form",
    operation_id="reports_get_report_form",
    summary="Get the help lines and the operator's questions",
    tags=["people"],
)
def get_report_form() -> models.ReportForm:
    return report_form_response(stack().settings)


@app.post(
    "/v1/reports",
    operation_id="reports_post_report",
    status_code=201,
    summary="Report an image",
    tags=["people"],
)
def post_report(request: models.ReportRequest, key: IdempotencyKey = None) -> models.ReportReceipt:
    return _file_report(request, key)


@app.post(
    "/v1/accounts/<account_id>/reports",
    operation_id="reports_post_vouched_report",
    status_code=201,
    summary="Report an image for a signed-in account that the platform vouches for",
    tags=["client apps"],
)
def post_verified_report(
    account_id: PathAccountId, request: models.ReportRequest, key: IdempotencyKey = None
) -> models.ReportReceipt:
    return _file_report(request, key, verified_account=(require_platform(app.current_event), account_id))


def _file_report(
    request: models.ReportRequest, key: str | None, verified_account: tuple[str, str] | None = None
) -> models.ReportReceipt:
    form = ReportForm(
        relation=request.relation,
        declarations=_to_declarations(request.declarations),
        uploads=tuple(request.uploads),
        hashes=tuple(ReportedHash(PdqHash.from_hex(item.pdq), item.quality) for item in request.hashes),
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
        verified_account=verified_account,
    )
    return report_receipt(file_report(stack(), form, request_id=key), stack().settings)


@app.get(
    "/v1/cases/<case_number>",
    operation_id="reports_get_case",
    summary="Get the status of a report",
    tags=["people"],
)
def get_case(case_number: PathId, secret: Secret) -> models.ReportStatus:
    return _report_status(case_number, secret)


@app.post(
    "/v1/cases/<case_number>/information",
    operation_id="reports_post_information",
    summary="Complete a report",
    tags=["people"],
)
def post_information(
    case_number: PathId, request: models.InformationRequest, secret: Secret, _key: IdempotencyKey = None
) -> models.ReportStatus:
    update = ReportUpdate(
        declarations=_to_declarations(request.declarations) if request.declarations else None,
        statement=request.statement,
        signature=request.signature,
        name=request.contact.name if request.contact else None,
        email=request.contact.email if request.contact else None,
        mail=request.contact.mail if request.contact else None,
        answers=request.answers,
    )
    complete_report(stack(), case_number, secret, update)
    return _report_status(case_number, secret)


@app.post(
    "/v1/cases/<case_number>/withdraw",
    operation_id="reports_post_withdraw",
    summary="Withdraw a report",
    tags=["people"],
)
def post_withdraw(case_number: PathId, secret: Secret, _key: IdempotencyKey = None) -> models.ReportStatus:
    withdraw_report(stack(), case_number, secret)
    return _report_status(case_number, secret)


@app.post(
    "/v1/cases/<case_number>/preserve",
    operation_id="reports_post_preserve",
    summary="Preserve the whole case for the police until two seniors release it",
    tags=["people"],
)
def post_preserve(case_number: PathId, secret: Secret, _key: IdempotencyKey = None) -> models.ReportStatus:
    preserve_reported_cases(stack(), case_number, secret)
    return _report_status(case_number, secret)


@app.post(
    "/v1/cases/<case_number>/erase",
    operation_id="reports_post_erase",
    summary="Erase the removed image now; new uploads of it stay blocked",
    tags=["people"],
)
def post_erase(case_number: PathId, secret: Secret, _key: IdempotencyKey = None) -> models.ReportStatus:
    request_erasure_as_reporter(stack(), case_number, secret)
    return _report_status(case_number, secret)


@app.post(
    "/v1/cases/<case_number>/appeal",
    operation_id="reports_post_appeal",
    status_code=201,
    summary="Appeal the dismissal of a report",
    tags=["people"],
)
def post_appeal(
    case_number: PathId, request: models.DismissalAppealRequest, secret: Secret, _key: IdempotencyKey = None
) -> models.ReportStatus:
    appeal_dismissal(stack(), case_number, secret, request.statement)
    return _report_status(case_number, secret)


@app.post(
    "/v1/cases/<case_number>/recover",
    operation_id="reports_post_recover",
    summary="Replace a lost secret by means of the recovery phrase",
    tags=["people"],
)
def post_recover(case_number: PathId, request: models.RecoveryRequest) -> models.ReplacementSecret:
    secret = recover_secret(stack(), case_number, request.phrase)
    return models.ReplacementSecret(
        case_number=normalise_case_number(case_number),
        secret=secret,
        help=help_line_responses(stack().settings),
    )


def _report_status(case_number: str, secret: str) -> models.ReportStatus:
    return report_status_response(view_report(stack(), case_number, secret), stack().settings)


def _to_declarations(declarations: models.DeclarationsBody) -> Declarations:
    return Declarations(**declarations.model_dump())

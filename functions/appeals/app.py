"""API routes for appeals that platforms file for account holders."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, Field
from staydown.api.callers import require_platform
from staydown.api.http import BodyName, IdempotencyKey, RequestBody, create_app
from staydown.api.idempotency import IdempotentHandler
from staydown.aws.stack import Stack
from staydown.domain.cases.appeals import AppealOutcome, disclosed_case_id
from staydown.domain.errors import InvalidRequest
from staydown.services.appeals.appeal_block import appeal_block
from staydown.services.appeals.appeal_case_decision import appeal_case_decision
from staydown.services.appeals.appeal_match import appeal_match

logger = Logger()
app = create_app(logger)
stack = cache(Stack.from_environment)


@cache
def idempotent_handler() -> IdempotentHandler:
    return IdempotentHandler(stack(), app.resolve)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return idempotent_handler()(event, context)


class AppealRequest(RequestBody):
    account_id: BodyName
    case_id: Annotated[
        str | None, Field(max_length=64, description="Required if several cases block the account")
    ] = None
    upload_id: Annotated[
        str | None,
        Field(max_length=64, description="Appeal an upload that a match blocked without human review"),
    ] = None
    by_hand: Annotated[bool, Field(description="Appeal the manual block of the account")] = False
    statement: Annotated[str, Field(min_length=1, max_length=5000)]


class Appeal(BaseModel):
    appeal_id: str
    case_id: Annotated[str | None, Field(description="Absent for an appeal of an upload or a manual block")]
    upload_id: str | None
    by_hand: bool
    account_id: str
    filed_at: datetime
    outcome: Annotated[AppealOutcome | None, Field(description="Absent until the appeal is decided")]
    decided_at: datetime | None


@app.post(
    "/v1/appeals",
    operation_id="appeals_post_appeal",
    status_code=201,
    summary="File an appeal for an account holder",
    tags=["client apps"],
)
def post_appeal(request: AppealRequest, _key: IdempotencyKey = None) -> Appeal:
    platform, account_id = require_platform(app.current_event), request.account_id
    if sum([request.case_id is not None, request.upload_id is not None, request.by_hand]) > 1:
        raise InvalidRequest(
            "An appeal is about a case, an upload or a manual block. Name one of them.",
            pointers={"/upload_id": "or /case_id or /by_hand"},
        )
    if request.by_hand:
        appeal = appeal_block(stack(), platform=platform, account_id=account_id, statement=request.statement)
    elif request.upload_id is not None:
        appeal = appeal_match(
            stack(),
            platform=platform,
            account_id=account_id,
            upload_id=request.upload_id,
            statement=request.statement,
        )
    else:
        appeal = appeal_case_decision(
            stack(),
            platform=platform,
            account_id=account_id,
            case_id=request.case_id,
            statement=request.statement,
        )
    return Appeal(
        appeal_id=appeal.appeal_id,
        case_id=disclosed_case_id(appeal),
        upload_id=request.upload_id,
        by_hand=request.by_hand,
        account_id=account_id,
        filed_at=appeal.filed_at,
        outcome=appeal.outcome,
        decided_at=appeal.decided_at,
    )

"""Appeals by account holders, filed through their platform."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, Field
from staydown.api.callers import calling_platform
from staydown.api.http import Body, IdempotencyKey, NameGiven, make_app
from staydown.api.idempotency import IdempotentCalls
from staydown.aws.stack import Stack
from staydown.domain.appeals import AppealOutcome
from staydown.services.appeals.file_appeal import file_appeal

logger = Logger()
app = make_app(logger)
stack = cache(Stack.from_environment)


@cache
def calls() -> IdempotentCalls:
    return IdempotentCalls(stack(), app.resolve)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return calls()(event, context)


class AppealRequest(Body):
    account_id: NameGiven
    case_id: Annotated[str | None, Field(max_length=64, description="Needed when several cases block it")] = (
        None
    )
    statement: Annotated[str, Field(min_length=1, max_length=5000)]


class Appeal(BaseModel):
    appeal_id: str
    case_id: str
    account_id: str
    filed_at: datetime
    outcome: Annotated[AppealOutcome | None, Field(description="Absent until it is decided")]
    decided_at: datetime | None


@app.post("/v1/appeals", status_code=201, summary="Appeal a block", tags=["client apps"])
def post_appeal(request: AppealRequest, _key: IdempotencyKey = None) -> Appeal:
    appeal = file_appeal(
        stack(),
        platform=calling_platform(app.current_event),
        account_id=request.account_id,
        case_id=request.case_id,
        statement=request.statement,
    )
    return Appeal(
        appeal_id=appeal.appeal_id,
        case_id=appeal.case_id,
        account_id=appeal.account_id,
        filed_at=appeal.filed_at,
        outcome=appeal.outcome,
        decided_at=appeal.decided_at,
    )

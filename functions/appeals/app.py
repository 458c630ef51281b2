"""Appeals: filed by the account holder through their platform, decided by somebody who had no part in it."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, Field
from staydown.api.callers import calling_platform, calling_reviewer
from staydown.api.cursors import from_cursor, to_cursor
from staydown.api.http import Body, Id, IdempotencyKey, NameGiven, make_app
from staydown.api.idempotency import IdempotentCalls
from staydown.aws.cases_store import APPEALS
from staydown.aws.stack import Stack
from staydown.domain.appeals import Appeal as AppealRecord
from staydown.domain.appeals import AppealOutcome
from staydown.services.decide_appeal import decide_appeal, list_appeals, took_part
from staydown.services.file_appeal import file_appeal

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


class AppealDecisionRequest(Body):
    outcome: AppealOutcome
    reasons: Annotated[str, Field(min_length=1, max_length=5000)]


class Appeal(BaseModel):
    appeal_id: str
    case_id: str
    account_id: str
    filed_at: datetime
    outcome: Annotated[AppealOutcome | None, Field(description="Absent until it is decided")]
    decided_at: datetime | None


class ReviewedAppeal(Appeal):
    platform: str
    statement: str
    you_took_part: Annotated[bool, Field(description="You claimed or decided its case: it is for others")]


class AppealPage(BaseModel):
    appeals: list[ReviewedAppeal]
    next: Annotated[str | None, Field(description="Cursor of the next page, if there is one")]


@app.post("/v1/appeals", status_code=201, summary="Appeal a block", tags=["client apps"])
def post_appeal(request: AppealRequest, _key: IdempotencyKey = None) -> Appeal:
    appeal = file_appeal(
        stack(),
        platform=calling_platform(app.current_event),
        account_id=request.account_id,
        case_id=request.case_id,
        statement=request.statement,
    )
    return Appeal(**_fields(appeal))


@app.get("/v1/review/appeals", summary="Appeals that wait, the oldest first", tags=["reviewers"])
def get_appeals(
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> AppealPage:
    reviewer = calling_reviewer(app.current_event).reviewer_id
    appeals, following = list_appeals(stack(), after=from_cursor(cursor, queue=APPEALS), limit=limit)
    page = [_reviewed(one, took_part(stack(), one.case_id, reviewer)) for one in appeals]
    return AppealPage(appeals=page, next=to_cursor(following))


@app.post(
    "/v1/review/appeals/<appeal_id>/decision",
    summary="Decide an appeal of a case that you had no part in",
    tags=["reviewers"],
)
def post_decision(
    appeal_id: Id, request: AppealDecisionRequest, _key: IdempotencyKey = None
) -> ReviewedAppeal:
    reviewer = calling_reviewer(app.current_event)
    appeal = decide_appeal(
        stack(),
        appeal_id=appeal_id,
        outcome=request.outcome,
        reasons=request.reasons,
        reviewer=reviewer.reviewer_id,
    )
    return _reviewed(appeal, you_took_part=False)


def _reviewed(appeal: AppealRecord, you_took_part: bool) -> ReviewedAppeal:
    return ReviewedAppeal(
        **_fields(appeal),
        platform=appeal.platform,
        statement=appeal.statement,
        you_took_part=you_took_part,
    )


def _fields(appeal: AppealRecord) -> dict[str, Any]:
    return {
        "appeal_id": appeal.appeal_id,
        "case_id": appeal.case_id,
        "account_id": appeal.account_id,
        "filed_at": appeal.filed_at,
        "outcome": appeal.outcome,
        "decided_at": appeal.decided_at,
    }

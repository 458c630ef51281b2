"""API routes for notice links: account holders read notices and appeal without signing in."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler.openapi.params import Path
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, Field
from staydown.api.http import IdempotencyKey, RequestBody, create_app
from staydown.api.idempotency import IdempotentHandler
from staydown.api.notices import Notice, notice_response
from staydown.aws.stack import Stack
from staydown.domain.cases.appeals import Appeal, AppealOutcome
from staydown.services.appeals.appeal_by_link import appeal_by_link
from staydown.services.notices.view_notice import view_notice

logger = Logger()
app = create_app(logger)
stack = cache(Stack.from_environment)

Token = Annotated[str, Path(max_length=64, description="From the link that the platform passed on")]


@cache
def idempotent_handler() -> IdempotentHandler:
    return IdempotentHandler(stack(), app.resolve)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return idempotent_handler()(event, context)


class LinkedAppealRequest(RequestBody):
    statement: Annotated[
        str, Field(min_length=1, max_length=5000, description="Why you think that the decision is wrong")
    ]


class LinkedAppeal(BaseModel):
    filed_at: datetime
    outcome: Annotated[AppealOutcome | None, Field(description="Absent until the appeal is decided")]
    decided_at: datetime | None


class LinkedNotices(BaseModel):
    platform: str
    account_id: str
    notices: Annotated[list[Notice], Field(description="All notices about the same decision, oldest first")]
    appealable_until: Annotated[
        datetime | None, Field(description="Absent if nothing can be appealed, or an appeal was filed")
    ]
    appeal: LinkedAppeal | None


@app.get(
    "/v1/notices/<token>",
    operation_id="notices_get_notice",
    summary="Read the notices about a decision",
    tags=["people"],
)
def get_notice(token: Token) -> LinkedNotices:
    view = view_notice(stack(), token)
    return LinkedNotices(
        platform=view.platform,
        account_id=view.account_id,
        notices=[notice_response(notice) for notice in view.notices],
        appealable_until=view.appealable_until,
        appeal=_appeal_response(view.appeal) if view.appeal is not None else None,
    )


@app.post(
    "/v1/notices/<token>/appeal",
    operation_id="notices_post_appeal",
    status_code=201,
    summary="Appeal the decision",
    tags=["people"],
)
def post_appeal(token: Token, request: LinkedAppealRequest, _key: IdempotencyKey = None) -> LinkedAppeal:
    return _appeal_response(appeal_by_link(stack(), token, request.statement))


def _appeal_response(appeal: Appeal) -> LinkedAppeal:
    return LinkedAppeal.model_validate(appeal, from_attributes=True)

"""API routes for accounts: blocks, notices and languages. Seniors set and lift manual blocks."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from functools import cache
from itertools import islice
from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, Field
from staydown.api.callers import has_platform_scope, require_platform, require_reviewer, require_senior
from staydown.api.http import BodyName, IdempotencyKey, PathAccountId, PathId, RequestBody, create_app
from staydown.api.idempotency import IdempotentHandler
from staydown.api.notices import Language, Notice, notice_response
from staydown.aws.stack import Stack
from staydown.domain.accounts.account import Account as AccountRecord
from staydown.domain.errors import InvalidRequest
from staydown.notices.notice import Recipient
from staydown.services.accounts import block_account, load_account, set_language, unblock_account
from staydown.services.notices.notice_links import create_notice_link

logger = Logger()
app = create_app(logger)
stack = cache(Stack.from_environment)


@cache
def idempotent_handler() -> IdempotentHandler:
    return IdempotentHandler(stack(), app.resolve)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return idempotent_handler()(event, context)


class AccountState(StrEnum):
    ACTIVE = "active"
    BLOCKED = "blocked"


class AccountBlock(BaseModel):
    case_id: Annotated[str | None, Field(description="Absent for a manual block or a misuse suspension")]
    since: datetime
    until: Annotated[datetime | None, Field(description="When the block expires; absent if it does not")]
    reason: str


class Account(BaseModel):
    platform: str
    account_id: str
    state: AccountState
    blocks: list[AccountBlock]


class UnblockRequest(RequestBody):
    platform: Annotated[BodyName, Field(description="The platform of the account")]


class BlockRequest(UnblockRequest):
    reason: Annotated[
        str, Field(min_length=1, max_length=500, description="Shown to the platform and the account holder")
    ]


class LanguageRequest(RequestBody):
    language: Language


class AccountNotices(BaseModel):
    notices: Annotated[list[Notice], Field(description="Newest first")]
    next: Annotated[str | None, Field(description="Cursor of the next page; absent on the last")]


class IssuedNoticeLink(BaseModel):
    """A link with which an account holder reads a notice and appeals. The token is returned only once."""

    token: Annotated[
        str, Field(description="For GET /v1/notices/{token} and POST /v1/notices/{token}/appeal")
    ]
    until: Annotated[datetime, Field(description="When the link expires")]
    url: Annotated[str | None, Field(description="The address of the page, if the operator has set one")]


@app.get(
    "/v1/accounts/<account_id>",
    operation_id="accounts_get_account",
    summary="Get an account and its blocks",
    tags=["client apps", "reviewers"],
)
def get_account(
    account_id: PathAccountId,
    platform: Annotated[
        str | None, Query(max_length=128, description="Required for reviewers; ignored for platforms")
    ] = None,
) -> Account:
    if has_platform_scope(app.current_event):
        platform = require_platform(app.current_event)
    else:
        require_reviewer(app.current_event)
    if platform is None:
        raise InvalidRequest(
            "Name the platform of the account.",
            pointers={"query parameter platform": "is required"},
        )
    return _account_response(load_account(stack(), platform=platform, account_id=account_id))


@app.post(
    "/v1/accounts/<account_id>/block",
    operation_id="accounts_post_block",
    summary="Block an account manually",
    tags=["seniors"],
)
def post_block(account_id: PathAccountId, request: BlockRequest, _key: IdempotencyKey = None) -> Account:
    reviewer = require_senior(app.current_event)
    account = block_account(
        stack(),
        platform=request.platform,
        account_id=account_id,
        reason=request.reason,
        reviewer=reviewer.reviewer_id,
    )
    return _account_response(account)


@app.post(
    "/v1/accounts/<account_id>/unblock",
    operation_id="accounts_post_unblock",
    summary="Lift a manual block",
    tags=["seniors"],
)
def post_unblock(account_id: PathAccountId, request: UnblockRequest, _key: IdempotencyKey = None) -> Account:
    reviewer = require_senior(app.current_event)
    account = unblock_account(
        stack(),
        platform=request.platform,
        account_id=account_id,
        reviewer=reviewer.reviewer_id,
    )
    return _account_response(account)


@app.get(
    "/v1/accounts/<account_id>/notices",
    operation_id="accounts_get_notices",
    summary="List the notices to an account holder",
    tags=["client apps"],
)
def get_notices(
    account_id: PathAccountId,
    cursor: Annotated[str | None, Query(max_length=64, pattern="^[0-9a-f-]{36}$")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> AccountNotices:
    account_holder = Recipient.account_holder(require_platform(app.current_event), account_id)
    notices = list(islice(stack().notices.list_for(account_holder, before=cursor), limit + 1))
    next_cursor = notices[limit - 1].notice_id if len(notices) > limit else None
    return AccountNotices(notices=[notice_response(notice) for notice in notices[:limit]], next=next_cursor)


@app.post(
    "/v1/accounts/<account_id>/notices/<notice_id>/link",
    operation_id="accounts_post_link",
    status_code=201,
    summary="Create a link with which the account holder opens a notice",
    tags=["client apps"],
)
def post_link(account_id: PathAccountId, notice_id: PathId, _key: IdempotencyKey = None) -> IssuedNoticeLink:
    platform = require_platform(app.current_event)
    token, until = create_notice_link(stack(), platform=platform, account_id=account_id, notice_id=notice_id)
    pages_url = stack().settings.pages_url
    url = f"{pages_url}notice.html#{token}" if pages_url else None
    return IssuedNoticeLink(token=token, until=until, url=url)


@app.post(
    "/v1/accounts/<account_id>/language",
    operation_id="accounts_post_language",
    summary="Set the language of notices to an account holder",
    tags=["client apps"],
)
def post_language(
    account_id: PathAccountId, request: LanguageRequest, _key: IdempotencyKey = None
) -> Account:
    platform = require_platform(app.current_event)
    account = set_language(stack(), platform=platform, account_id=account_id, language=request.language)
    return _account_response(account)


def _account_response(account: AccountRecord) -> Account:
    blocks = [
        AccountBlock.model_validate(block, from_attributes=True)
        for block in sorted(account.blocks.values(), key=lambda block: block.since)
    ]
    return Account(
        platform=account.platform,
        account_id=account.account_id,
        state=AccountState.BLOCKED if account.blocked else AccountState.ACTIVE,
        blocks=blocks,
    )

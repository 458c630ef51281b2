"""Accounts: what blocks them, and what their holders are told; blocked and unblocked by hand by seniors."""

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
from staydown.services.accounts.block_account import block_account, load_account, unblock_account
from staydown.services.accounts.set_language import set_language
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
    case_id: Annotated[
        str | None, Field(description="Absent for a block set by hand, or by a review of misuse")
    ]
    since: datetime
    until: Annotated[datetime | None, Field(description="When it ends by itself; absent: it does not")]
    reason: str


class Account(BaseModel):
    platform: str
    account_id: str
    state: AccountState
    blocks: list[AccountBlock]


class UnblockRequest(RequestBody):
    platform: Annotated[BodyName, Field(description="Account ids are a platform's own")]


class BlockRequest(UnblockRequest):
    reason: Annotated[
        str, Field(min_length=1, max_length=500, description="The platform and the account holder read it")
    ]


class LanguageRequest(RequestBody):
    language: Language


class AccountNotices(BaseModel):
    notices: Annotated[list[Notice], Field(description="The newest first")]
    next: Annotated[str | None, Field(description="Cursor of the next page, if there is one")]


class IssuedNoticeLink(BaseModel):
    """For the account holder: what they open the notice with, and appeal by. It is shown this once."""

    token: Annotated[str, Field(description="GET /v1/notices/{token} and POST /v1/notices/{token}/appeal")]
    until: Annotated[datetime, Field(description="After that it opens nothing; make another")]
    url: Annotated[str | None, Field(description="The page that it opens, where the operator has named it")]


@app.get(
    "/v1/accounts/<account_id>",
    operation_id="accounts_get_account",
    summary="What blocks an account",
    tags=["client apps", "reviewers"],
)
def get_account(
    account_id: PathAccountId,
    platform: Annotated[str | None, Query(max_length=128, description="For reviewers: whose account")] = None,
) -> Account:
    if has_platform_scope(app.current_event):
        platform = require_platform(app.current_event)
    else:
        require_reviewer(app.current_event)
    if platform is None:
        raise InvalidRequest(
            "Account ids are a platform's own: say which platform.",
            pointers={"query parameter platform": "is missing"},
        )
    return _account_response(load_account(stack(), platform=platform, account_id=account_id))


@app.post(
    "/v1/accounts/<account_id>/block",
    operation_id="accounts_post_block",
    summary="Block an account by hand",
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
    summary="Lift a block set by hand",
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
    summary="What its holder is told",
    tags=["client apps"],
)
def get_notices(
    account_id: PathAccountId,
    cursor: Annotated[str | None, Query(max_length=64, pattern="^[0-9a-f-]{36}$")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> AccountNotices:
    holder = Recipient.account_holder(require_platform(app.current_event), account_id)
    found = list(islice(stack().notices.list_for(holder, before=cursor), limit + 1))
    following = found[limit - 1].notice_id if len(found) > limit else None
    return AccountNotices(notices=[notice_response(notice) for notice in found[:limit]], next=following)


@app.post(
    "/v1/accounts/<account_id>/notices/<notice_id>/link",
    operation_id="accounts_post_link",
    status_code=201,
    summary="A link by which its holder opens a notice",
    tags=["client apps"],
)
def post_link(account_id: PathAccountId, notice_id: PathId, _key: IdempotencyKey = None) -> IssuedNoticeLink:
    platform = require_platform(app.current_event)
    token, until = create_notice_link(stack(), platform=platform, account_id=account_id, notice_id=notice_id)
    pages = stack().settings.pages_url
    return IssuedNoticeLink(token=token, until=until, url=f"{pages}notice.html#{token}" if pages else None)


@app.post(
    "/v1/accounts/<account_id>/language",
    operation_id="accounts_post_language",
    summary="How to speak to its holder",
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
        AccountBlock(case_id=block.case_id, since=block.since, until=block.until, reason=block.reason)
        for block in sorted(account.blocks.values(), key=lambda block: block.since)
    ]
    return Account(
        platform=account.platform,
        account_id=account.account_id,
        state=AccountState.BLOCKED if account.blocked else AccountState.ACTIVE,
        blocks=blocks,
    )

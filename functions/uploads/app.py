"""API routes for client apps: get an upload ticket, and get the state of an upload."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, Field, StrictInt
from staydown.api.callers import require_platform
from staydown.api.http import BodyName, IdempotencyKey, PathId, RequestBody, create_app
from staydown.api.idempotency import IdempotentHandler
from staydown.aws.stack import Stack
from staydown.domain.uploads.upload import UploadState
from staydown.services.uploads.tickets import UploadStatus, get_upload_status, issue_ticket

logger = Logger()
app = create_app(logger)
stack = cache(Stack.from_environment)


@cache
def idempotent_handler() -> IdempotentHandler:
    return IdempotentHandler(stack(), app.resolve)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return idempotent_handler()(event, context)


class UploadRequest(RequestBody):
    account_id: Annotated[BodyName, Field(description="The account that uploads")]
    content_type: Annotated[str, Field(max_length=64, examples=["image/jpeg"])]
    size: Annotated[StrictInt | None, Field(ge=1, description="In bytes, if known")] = None


class UploadTicket(BaseModel):
    upload_id: str
    url: Annotated[str, Field(description="POST a multipart form to it: `fields`, then `file`")]
    fields: dict[str, str]
    expires_at: datetime


class Upload(BaseModel):
    """An upload. In the state `received` it is expected or being scanned, and not public."""

    upload_id: str
    account_id: str
    state: UploadState
    reason: Annotated[str | None, Field(description="Why the upload is held, blocked, removed or rejected")]
    received_at: Annotated[datetime | None, Field(description="Absent until the image has arrived")]
    updated_at: datetime | None
    url: Annotated[str | None, Field(description="The public address, if it is published")]
    distance: Annotated[
        int | None, Field(description="Distance to the nearest matching entry, in bits of 256")
    ]
    case_ids: list[str]


@app.post(
    "/v1/uploads",
    operation_id="uploads_post_upload",
    status_code=201,
    summary="Get a ticket to upload an image",
    tags=["client apps"],
)
def post_upload(request: UploadRequest, _key: IdempotencyKey = None) -> UploadTicket:
    issued = issue_ticket(
        stack(),
        platform=require_platform(app.current_event),
        account_id=request.account_id,
        content_type=request.content_type,
        size=request.size,
    )
    return UploadTicket(
        upload_id=issued.ticket.upload_id,
        url=issued.url,
        fields=dict(issued.fields),
        expires_at=issued.ticket.valid_until,
    )


@app.get(
    "/v1/uploads/<upload_id>",
    operation_id="uploads_get_upload",
    summary="Get the state of an upload",
    tags=["client apps"],
)
def get_upload(upload_id: PathId) -> Upload:
    status = get_upload_status(stack(), platform=require_platform(app.current_event), upload_id=upload_id)
    return _upload_response(status)


def _upload_response(status: UploadStatus) -> Upload:
    upload = status.upload
    return Upload(
        upload_id=status.upload_id,
        account_id=status.account_id,
        state=upload.state if upload else UploadState.RECEIVED,
        reason=upload.reason if upload else None,
        received_at=upload.received_at if upload else None,
        updated_at=upload.updated_at if upload else None,
        url=status.url,
        distance=upload.matches[0].distance if upload and upload.matches and upload.stops else None,
        case_ids=list(upload.cases) if upload else [],
    )

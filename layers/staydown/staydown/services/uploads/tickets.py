"""Tickets that let a client app upload one image, and the status of the upload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from staydown.aws.stack import Stack
from staydown.domain.errors import AccountIsBlocked, InvalidRequest, NotFound
from staydown.domain.ids import new_id
from staydown.domain.uploads.media_types import ACCEPTED_MEDIA_TYPES
from staydown.domain.uploads.upload import ObjectKey, Upload, UploadState, UploadTicket, is_valid_id


@dataclass(frozen=True, slots=True)
class IssuedTicket:
    ticket: UploadTicket
    url: str
    """The URL of the presigned POST that uploads the image."""
    fields: Mapping[str, str]
    """Its form fields."""


@dataclass(frozen=True, slots=True)
class UploadStatus:
    upload_id: str
    account_id: str
    upload: Upload | None
    """None until the image has arrived at the key of the ticket."""
    ticket: UploadTicket | None
    """None once there is an upload."""
    url: str | None
    """The public URL of a published upload."""


def issue_ticket(
    stack: Stack, *, platform: str, account_id: str, content_type: str, size: int | None
) -> IssuedTicket:
    """Return a ticket for one image.

    Raise InvalidRequest for an invalid account id, media type or size, and AccountIsBlocked.
    """
    pointers = {}
    if not is_valid_id(account_id):
        pointers["/account_id"] = "1 to 128 letters, digits or . _ : @ - beginning with a letter or digit"
    if content_type not in ACCEPTED_MEDIA_TYPES:
        pointers["/content_type"] = f"one of {', '.join(ACCEPTED_MEDIA_TYPES)}"
    if size is not None and size > stack.settings.max_upload_bytes:
        pointers["/size"] = f"at most {stack.settings.max_upload_bytes} bytes"
    if pointers:
        raise InvalidRequest("Some fields are invalid. See errors.", pointers=pointers)
    if stack.accounts.get(platform, account_id).blocked:
        raise AccountIsBlocked("The account is blocked. GET /v1/accounts/{account_id} returns the reasons.")
    now = stack.now()
    upload_id = new_id(now)
    ticket = UploadTicket(
        upload_id=upload_id,
        platform=platform,
        account_id=account_id,
        key=str(ObjectKey(platform, account_id, upload_id)),
        content_type=content_type,
        issued_at=now,
        valid_until=now + stack.settings.ticket_lifetime,
    )
    stack.uploads.save_ticket(ticket)
    url, fields = stack.images.create_presigned_post(ticket, lifetime=stack.settings.ticket_lifetime)
    return IssuedTicket(ticket, url, fields)


def get_upload_status(stack: Stack, *, platform: str, upload_id: str) -> UploadStatus:
    """Return the status of an upload or of an unused ticket.

    Raise NotFound for an unknown id and, without a difference, for an id of another platform.
    """
    upload = stack.uploads.get(upload_id)
    ticket = stack.uploads.get_ticket(upload_id) if upload is None else None
    known = upload or ticket
    if known is None or known.platform != platform:
        raise NotFound(f"There is no upload {upload_id[:64]!r}, or it belongs to another platform.")
    public = upload is not None and upload.state is UploadState.PUBLISHED
    url = stack.images.public_url(upload) if public and upload is not None else None
    return UploadStatus(upload_id, known.account_id, upload, ticket, url)

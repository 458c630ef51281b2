"""Leave for a client app to put one image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from staydown.aws.stack import Stack
from staydown.domain.errors import AccountIsBlocked, InvalidRequest
from staydown.domain.ids import new_id
from staydown.domain.uploads.media_types import ACCEPTED_MEDIA_TYPES
from staydown.domain.uploads.upload import ObjectKey, UploadTicket, is_valid_id


@dataclass(frozen=True, slots=True)
class IssuedTicket:
    """url and fields: of the presigned POST that puts the image."""

    ticket: UploadTicket
    url: str
    fields: Mapping[str, str]


def issue_ticket(
    stack: Stack, *, platform: str, account_id: str, content_type: str, size: int | None
) -> IssuedTicket:
    """Refused for a blocked account, an account id that can't be part of a key, a type or size never read."""
    pointers = {}
    if not is_valid_id(account_id):
        pointers["/account_id"] = "1 to 128 letters, digits or . _ : @ - beginning with a letter or digit"
    if content_type not in ACCEPTED_MEDIA_TYPES:
        pointers["/content_type"] = f"one of {', '.join(ACCEPTED_MEDIA_TYPES)}"
    if size is not None and size > stack.settings.max_upload_bytes:
        pointers["/size"] = f"at most {stack.settings.max_upload_bytes} bytes"
    if pointers:
        raise InvalidRequest("Some of the fields can't be accepted; see errors.", pointers=pointers)
    if stack.accounts.get(platform, account_id).blocked:
        raise AccountIsBlocked("The account is blocked; GET /v1/accounts/{account_id} says by what.")
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

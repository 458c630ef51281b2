"""What became of an upload, for the platform it belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from staydown.aws.stack import Stack
from staydown.domain.errors import NotFound
from staydown.domain.uploads.upload import Upload, UploadState, UploadTicket


@dataclass(frozen=True, slots=True)
class UploadStatus:
    """upload: absent while nothing was seen at the ticket's key. url: where it is public, if it is."""

    upload_id: str
    account_id: str
    upload: Upload | None
    ticket: UploadTicket | None
    url: str | None


def get_upload_status(stack: Stack, *, platform: str, upload_id: str) -> UploadStatus:
    """NotFound for an unknown id, and, with no difference, for another platform's."""
    upload = stack.uploads.get(upload_id)
    ticket = stack.uploads.get_ticket(upload_id) if upload is None else None
    known = upload or ticket
    if known is None or known.platform != platform:
        raise NotFound(f"There is no upload {upload_id[:64]!r}, or it belongs to another platform.")
    public = upload is not None and upload.state is UploadState.PUBLISHED
    url = stack.images.public_url(upload) if public and upload is not None else None
    return UploadStatus(upload_id, known.account_id, upload, ticket, url)

"""Revealing an image to a reviewer: blurred before sharp, each reveal recorded before it happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from staydown.aws.audit_store import case_chain
from staydown.aws.images import ImageAbsent
from staydown.aws.stack import Stack
from staydown.domain.audit.actions import AuditAction
from staydown.domain.audit.actors import Actor
from staydown.domain.audit.case_details import ImageRevealed
from staydown.domain.cases.appeals import match_appeal_id
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import Conflict, NotAllowed, NotFound
from staydown.domain.uploads.upload import Upload
from staydown.imaging.fingerprint import blurred_preview
from staydown.imaging.limits import ImageRejected, Limits
from staydown.services.access.cases import get_case, record_locked_access
from staydown.services.retries import retry_on_conflict
from staydown.services.review.view_case import require_may_reveal
from staydown.services.unit_of_work import UnitOfWork

UNREADABLE = "The upload is not a readable image and cannot be shown."
NOT_KEPT = "The image is no longer stored."


@dataclass(frozen=True, slots=True)
class RevealRequest:
    case_id: str
    upload_id: str
    reviewer: str
    senior: bool
    may_review: bool = True
    """False for the group that handles locked cases alone."""
    compared_entry_id: str | None = None
    """The bank entry that the image is compared with, if any."""


@dataclass(frozen=True, slots=True)
class SharpImageLink:
    url: str
    """A presigned URL of the sharp image."""
    expires_at: datetime


def reveal_blurred(stack: Stack, request: RevealRequest) -> bytes:
    """Return a small, grey, blurred JPEG that is stored nowhere. Raises as `record_reveal`."""
    upload = record_reveal(stack, request, sharp=False)
    settings = stack.settings
    limits = Limits(
        max_bytes=settings.max_upload_bytes,
        max_pixels=settings.max_upload_pixels,
        max_frames=1,
    )
    try:
        return blurred_preview(stack.images.read(upload), limits)
    except ImageAbsent as error:
        raise NotFound(NOT_KEPT) from error
    except ImageRejected as error:
        raise Conflict(UNREADABLE) from error


def reveal_sharp(stack: Stack, request: RevealRequest) -> SharpImageLink:
    """Return a link to the sharp image. Raises as `record_reveal`."""
    upload = record_reveal(stack, request, sharp=True)
    lifetime = stack.settings.reveal_lifetime
    try:
        url = stack.images.create_presigned_url(upload, lifetime=lifetime)
    except ImageAbsent as error:
        raise NotFound(NOT_KEPT) from error
    return SharpImageLink(url, stack.now() + lifetime)


@retry_on_conflict
def record_reveal(stack: Stack, request: RevealRequest, *, sharp: bool) -> Upload:
    """Record a reveal that is allowed. Return the upload.

    Raise NotAllowed, CaseIsLocked or NotFound, and Conflict for an unreadable image, or for a sharp reveal
    before the reviewer's first blurred one.
    """
    case = get_case(stack, request.case_id)
    if case.state is CaseState.LOCKED:
        record_locked_access(stack, case, Actor.reviewer(request.reviewer), "image", allowed=False)
    elif not request.may_review:
        raise NotAllowed("Your group sees only locked cases, and no images.")
    require_may_reveal(case, request.reviewer, senior=request.senior)
    is_appealed = match_appeal_id(case.case_id, request.upload_id) in case.pending_appeals
    upload = (
        stack.uploads.get(request.upload_id) if request.upload_id in case.uploads or is_appealed else None
    )
    if upload is None:
        raise NotFound(f"The case has no upload {request.upload_id[:64]!r}.")
    if upload.fingerprint is None:
        # Bytes that could not be read as an image must not reach a reviewer's browser.
        raise Conflict(UNREADABLE)
    if sharp and not _has_revealed(stack, request):
        raise Conflict("View the image blurred first.")
    compared = request.compared_entry_id
    if compared is not None and all(match.entry_id != compared for match in upload.matches):
        raise NotFound(f"The upload has no match with entry {compared[:64]!r}.")
    uow = UnitOfWork(stack, Actor.reviewer(request.reviewer))
    uow.record(case, ImageRevealed(request.upload_id, sharp, entry_id=compared))
    uow.commit()
    return upload


def _has_revealed(stack: Stack, request: RevealRequest) -> bool:
    """Return whether this reviewer has revealed this upload before. The first reveal is always blurred."""
    return any(
        record.action == AuditAction.IMAGE_REVEALED
        and record.actor == request.reviewer
        and record.details.get("upload_id") == request.upload_id
        for record in stack.audit.list_records(case_chain(request.case_id))
    )

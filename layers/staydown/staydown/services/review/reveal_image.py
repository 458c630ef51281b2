"""A look at an image: blurred before sharp, and each one on record before it happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from staydown.aws.audit_store import case_chain
from staydown.aws.images import ImageAbsent
from staydown.aws.stack import Stack
from staydown.domain.audit.actors import Actor
from staydown.domain.audit.details import ImageRevealed
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

_UNREADABLE = "The upload is no picture that could be read; it can't be shown."


@dataclass(frozen=True, slots=True)
class RevealRequest:
    """Who looks at what. compared_with: the entry of the bank that it is laid over, if it is."""

    case_id: str
    upload_id: str
    reviewer: str
    senior: bool
    may_review: bool = True
    compared_entry_id: str | None = None


@dataclass(frozen=True, slots=True)
class SharpImageLink:
    """url: of the sharp image, for one look."""

    url: str
    expires_at: datetime


def reveal_blurred(stack: Stack, request: RevealRequest) -> bytes:
    """A small, grey, blurred JPEG, made for this look and kept nowhere."""
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
        raise NotFound("The image is not kept any more.") from error
    except ImageRejected as error:
        raise Conflict(_UNREADABLE) from error


def reveal_sharp(stack: Stack, request: RevealRequest) -> SharpImageLink:
    upload = record_reveal(stack, request, sharp=True)
    life = stack.settings.reveal_lifetime
    try:
        return SharpImageLink(stack.images.create_presigned_url(upload, lifetime=life), stack.now() + life)
    except ImageAbsent as error:
        raise NotFound("The image is not kept any more.") from error


@retry_on_conflict
def record_reveal(stack: Stack, request: RevealRequest, *, sharp: bool) -> Upload:
    """Put the look on record, if it is allowed; the upload. NotAllowed, CaseIsLocked, NotFound, and Conflict,
    also for a sharp look by who has not looked at it blurred."""
    case = get_case(stack, request.case_id)
    if case.state is CaseState.LOCKED:
        record_locked_access(stack, case, Actor.reviewer(request.reviewer), "image", allowed=False)
    elif not request.may_review:
        raise NotAllowed("Your group sees locked cases alone, and no image.")
    require_may_reveal(case, request.reviewer, senior=request.senior)
    is_appealed = match_appeal_id(case.case_id, request.upload_id) in case.pending_appeals
    upload = (
        stack.uploads.get(request.upload_id) if request.upload_id in case.uploads or is_appealed else None
    )
    if upload is None:
        raise NotFound(f"The case has no upload {request.upload_id[:64]!r}.")
    if upload.fingerprint is None:
        # Whatever these bytes are, they are nothing to send to a reviewer's browser.
        raise Conflict(_UNREADABLE)
    if sharp and not _has_revealed(stack, request):
        raise Conflict("Look at it blurred first; then it is shown sharp.")
    compared = request.compared_entry_id
    if compared is not None and all(match.entry_id != compared for match in upload.matches):
        raise NotFound(f"The upload has no match with entry {compared[:64]!r}.")
    uow = UnitOfWork(stack, Actor.reviewer(request.reviewer))
    uow.record(case, ImageRevealed(request.upload_id, sharp, entry_id=compared))
    uow.commit()
    return upload


def _has_revealed(stack: Stack, request: RevealRequest) -> bool:
    """Whether this reviewer has a look at this upload on record: the first that can be is a blurred one."""
    return any(
        record.action == "image.looked_at"
        and record.actor == request.reviewer
        and record.details.get("upload_id") == request.upload_id
        for record in stack.audit.list_records(case_chain(request.case_id))
    )

"""A look at an image: blurred before sharp, and each one on record before it happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from staydown.aws.audit_store import case_chain
from staydown.aws.images import ImageAbsent
from staydown.aws.stack import Stack
from staydown.domain.appeals import stop_appeal_id
from staydown.domain.case_states import CaseState
from staydown.domain.errors import Conflict, NotAllowed, NotFound
from staydown.domain.uploads import Upload
from staydown.imaging.fingerprint import blurred
from staydown.imaging.limits import ImageRejected, Limits
from staydown.services.cases.save_case import save_case
from staydown.services.retrying import retried
from staydown.services.review.review_queue import load_case
from staydown.services.review.view_case import check_may_look, record_view

_NO_PICTURE = "The upload is no picture that could be read; it can't be shown."


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks at what. compared_with: the entry of the bank that it is laid over, if it is."""

    case_id: str
    upload_id: str
    reviewer: str
    senior: bool
    reviews: bool = True
    compared_with: str | None = None


@dataclass(frozen=True, slots=True)
class SharpLink:
    """url: of the sharp image, for one look."""

    url: str
    expires_at: datetime


def reveal_blurred(stack: Stack, look: Look) -> bytes:
    """A small, grey, blurred JPEG, made for this look and kept nowhere."""
    upload = record_look(stack, look, sharp=False)
    settings = stack.settings
    limits = Limits(
        max_bytes=settings.max_upload_bytes,
        max_pixels=settings.max_upload_pixels,
        max_frames=1,
    )
    try:
        return blurred(stack.images.read(upload), limits)
    except ImageAbsent as error:
        raise NotFound("The image is not kept any more.") from error
    except ImageRejected as error:
        raise Conflict(_NO_PICTURE) from error


def reveal_sharp(stack: Stack, look: Look) -> SharpLink:
    upload = record_look(stack, look, sharp=True)
    life = stack.settings.reveal_life
    try:
        return SharpLink(stack.images.link(upload, life=life), stack.now() + life)
    except ImageAbsent as error:
        raise NotFound("The image is not kept any more.") from error


@retried
def record_look(stack: Stack, look: Look, *, sharp: bool) -> Upload:
    """Put the look on record, if it is allowed; the upload. NotAllowed, CaseIsLocked, NotFound, and Conflict,
    also for a sharp look by who has not looked at it blurred."""
    case = load_case(stack, look.case_id)
    if case.state is CaseState.LOCKED:
        record_view(stack, case, look.reviewer, "look.refused", "image")
    elif not look.reviews:
        raise NotAllowed("Your group sees locked cases alone, and no image.")
    check_may_look(case, look.reviewer, senior=look.senior)
    is_appealed = stop_appeal_id(case.case_id, look.upload_id) in case.appeals
    upload = stack.uploads.get(look.upload_id) if look.upload_id in case.uploads or is_appealed else None
    if upload is None:
        raise NotFound(f"The case has no upload {look.upload_id[:64]!r}.")
    if upload.fingerprint is None:
        # Whatever these bytes are, they are nothing to send to a reviewer's browser.
        raise Conflict(_NO_PICTURE)
    if sharp and not _has_looked(stack, look):
        raise Conflict("Look at it blurred first; then it is shown sharp.")
    details: dict[str, object] = {"upload_id": look.upload_id, "sharp": sharp}
    if look.compared_with is not None:
        if all(match.entry_id != look.compared_with for match in upload.matches):
            raise NotFound(f"The upload has met no entry {look.compared_with[:64]!r}.")
        details["entry_id"] = look.compared_with
    transaction = stack.transaction()
    save_case(stack, transaction, case, actor=look.reviewer, action="image.looked_at", details=details)
    transaction.commit()
    return upload


def _has_looked(stack: Stack, look: Look) -> bool:
    """Whether this reviewer has a look at this upload on record: the first that can be is a blurred one."""
    return any(
        record.action == "image.looked_at"
        and record.actor == look.reviewer
        and record.details.get("upload_id") == look.upload_id
        for record in stack.audit.records(case_chain(look.case_id))
    )

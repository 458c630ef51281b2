"""Taking stops off an upload; with the last of them gone it is checked again and published."""

from __future__ import annotations

from collections.abc import Iterable

from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.events import EventType
from staydown.domain.stops import waits_for
from staydown.domain.uploads import Upload, UploadState
from staydown.services.uploads.record_upload import SYSTEM, record_upload
from staydown.services.uploads.stop_upload import announce

_STAYING = {UploadState.PUBLISHED, UploadState.HELD}


def free_of_case(
    stack: Stack,
    transaction: Transaction,
    upload: Upload,
    case_id: str,
    *,
    cleared: Iterable[str] = (),
    actor: str,
) -> None:
    """The case is over, and has not stopped it. What is not moved by that is judged again by what it meets
    besides: as long as the case was undecided, that had somebody to look at it."""
    freed = free_upload(
        stack, transaction, upload, waits_for(case_id), cleared_by=case_id, cleared=cleared, actor=actor
    )
    if freed.state is upload.state and freed.state in _STAYING:
        reviewed = {"upload_id": upload.upload_id}
        stack.outbox.add(transaction, EventType.UPLOAD_REVIEWED, reviewed, at=stack.now())


def free_upload(
    stack: Stack,
    transaction: Transaction,
    upload: Upload,
    causes: Iterable[str],
    *,
    cleared_by: str = "",
    cleared: Iterable[str] = (),
    spared: Iterable[str] = (),
    actor: str = SYSTEM,
) -> Upload:
    """Add to the transaction that these causes stop the upload no more; the upload as it will be.

    cleared: entries of the bank that the reviewer of the case `cleared_by` said it is not. spared: those that
    it was found not to be on appeal. The event
    `upload.released` brings a freed upload to `settle_upload`, which checks it against the bank as it stands
    then.
    """
    gone = [cause for cause in causes if cause in upload.stops]
    told = (upload.cleared_of(cleared_by, cleared) if cleared_by else upload).spared_from(spared)
    if not gone and told == upload:
        return upload
    freed = told.freed(gone, now=stack.now())
    details = {"of": gone, "state": freed.state.value}
    action = "upload.freed" if gone else "upload.cleared"
    recorded = record_upload(stack, transaction, freed, action=action, details=details, actor=actor)
    stack.uploads.save(transaction, recorded)
    for cause in gone:
        if cause.startswith("entry:"):
            stack.uploads.unlink(transaction, upload.upload_id, cause.removeprefix("entry:"))
    if freed.state is not upload.state:
        announce(stack, transaction, freed)
    return freed

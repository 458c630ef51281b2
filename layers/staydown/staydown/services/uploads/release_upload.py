"""Taking stops off an upload; with the last of them gone it is checked again and published."""

from __future__ import annotations

from collections.abc import Iterable

from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.events import EventType
from staydown.domain.uploads.stops import pending_case_causes
from staydown.domain.uploads.upload import Upload, UploadState
from staydown.services.uploads.apply_match import emit_upload_event
from staydown.services.uploads.record_upload import SYSTEM, record_upload

_REEVALUATED_STATES = {UploadState.PUBLISHED, UploadState.HELD}


def release_from_case(
    stack: Stack,
    transaction: Transaction,
    upload: Upload,
    case_id: str,
    *,
    dismissed_entries: Iterable[str] = (),
    actor: str,
) -> None:
    """The case is over, and has not stopped it. What is not moved by that is judged again by what it meets
    besides: as long as the case was undecided, that had somebody to look at it."""
    freed = release_upload(
        stack,
        transaction,
        upload,
        pending_case_causes(case_id),
        dismissed_by=case_id,
        dismissed_entries=dismissed_entries,
        actor=actor,
    )
    if freed.state is upload.state and freed.state in _REEVALUATED_STATES:
        reviewed = {"upload_id": upload.upload_id}
        stack.outbox.add(transaction, EventType.UPLOAD_REVIEWED, reviewed, at=stack.now())


def release_upload(
    stack: Stack,
    transaction: Transaction,
    upload: Upload,
    causes: Iterable[str],
    *,
    dismissed_by: str = "",
    dismissed_entries: Iterable[str] = (),
    excluded_entries: Iterable[str] = (),
    actor: str = SYSTEM,
) -> Upload:
    """Add to the transaction that these causes stop the upload no more; the upload as it will be.

    cleared: entries of the bank that the reviewer of the case `cleared_by` said it is not. spared: those that
    it was found not to be on appeal. The event
    `upload.released` brings a freed upload to `settle_upload`, which checks it against the bank as it stands
    then.
    """
    gone = [cause for cause in causes if cause in upload.stops]
    told = (
        upload.with_dismissal(dismissed_by, dismissed_entries) if dismissed_by else upload
    ).with_match_exclusions(excluded_entries)
    if not gone and told == upload:
        return upload
    freed = told.without_stops(gone, now=stack.now())
    details = {"of": gone, "state": freed.state.value}
    action = "upload.freed" if gone else "upload.cleared"
    recorded = record_upload(stack, transaction, freed, action=action, details=details, actor=actor)
    stack.uploads.save(transaction, recorded)
    for cause in gone:
        if cause.startswith("entry:"):
            stack.uploads.unlink_entry(transaction, upload.upload_id, cause.removeprefix("entry:"))
    if freed.state is not upload.state:
        emit_upload_event(stack, transaction, freed)
    return freed

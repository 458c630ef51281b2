"""Removing stops from an upload. With none left, it is checked again and published."""

from __future__ import annotations

from collections.abc import Iterable

from staydown.domain.audit.upload_details import UploadReleased
from staydown.domain.events import UploadReviewed, UploadStateChanged
from staydown.domain.uploads.stops import StopCause, StopCauseKind, pending_case_causes
from staydown.domain.uploads.upload import Upload, UploadState
from staydown.services.unit_of_work import UnitOfWork

_REEVALUATED_STATES = {UploadState.PUBLISHED, UploadState.HELD}


def release_from_case(
    uow: UnitOfWork, upload: Upload, case_id: str, *, dismissed_entries: Iterable[str] = ()
) -> None:
    """Release an upload from a case that is closed and did not stop it.

    An upload whose state does not change is checked again: until now, the case had a reviewer for whatever
    else it matches.
    """
    released = release_upload(
        uow,
        upload,
        pending_case_causes(case_id),
        dismissed_by=case_id,
        dismissed_entries=dismissed_entries,
    )
    if released.state is upload.state and released.state in _REEVALUATED_STATES:
        uow.emit(UploadReviewed(upload.upload_id))


def release_upload(
    uow: UnitOfWork,
    upload: Upload,
    causes: Iterable[str],
    *,
    dismissed_by: str = "",
    dismissed_entries: Iterable[str] = (),
    excluded_entries: Iterable[str] = (),
) -> Upload:
    """Remove these causes from the stops of an upload; return the upload as it is saved.

    dismissed_entries: entries that the reviewer of the case `dismissed_by` found it not to be.
    excluded_entries: entries that it was found not to be on appeal. The event `upload.released` brings an
    upload without stops to `reconcile_upload`, which checks it against the bank as it is then.
    """
    removed = tuple(cause for cause in causes if cause in upload.stops)
    marked = upload.with_dismissal(dismissed_by, dismissed_entries) if dismissed_by else upload
    marked = marked.with_match_exclusions(excluded_entries)
    if not removed and marked == upload:
        return upload
    released = marked.without_stops(removed, now=uow.now)
    events = [UploadStateChanged.of(released)] if released.state is not upload.state else []
    uow.record(released, UploadReleased(removed, released.state), *events)
    for cause in map(StopCause.parse, removed):
        if cause.kind is StopCauseKind.ENTRY:
            uow.stack.uploads.unlink_entry(uow.transaction, upload.upload_id, cause.id)
    return released

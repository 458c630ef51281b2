"""Erasing the original of a stopped upload: its state first, on condition that nothing needs it; then it.

Who is stopped in between leaves an upload that says it is erased and an image that may be there still: the
next run, or anything else that puts its image where it belongs, deletes it then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from staydown.aws.stack import Stack
from staydown.domain.cases.case import Case
from staydown.domain.cases.retention import RetentionBlocker, first_retention_blocker
from staydown.domain.uploads.upload import ErasureQueue, Upload
from staydown.services.bank.cases_behind import deciding_case_ids
from staydown.services.retries import retry_on_conflict
from staydown.services.uploads.record_upload import SYSTEM, record_upload

MAX_VERSION_CHECKS = 90
"""Cases that are asked one by one whether they changed; of more, whether any case at all was held or appealed
meanwhile. (A transaction has 100 writes, and few images have two cases.)"""
_ERASABLE = {ErasureQueue.STOPPED, ErasureQueue.DEFERRED, ErasureQueue.ERASING}


@dataclass(frozen=True, slots=True)
class ErasureResult:
    """done: there was an image to be erased, and it is. kept: what needs it. Neither: it rests no more, or
    its image is gone already."""

    erased: bool
    blocker: RetentionBlocker | None


def erase_original(stack: Stack, upload_id: str, *, reason: str, window: bool = True) -> ErasureResult:
    """Erase it unless something needs it. window: as `keeps` has it."""
    upload, kept = _mark_erased(stack, upload_id, reason, window=window)
    if upload is not None:
        finish_erasure(stack, upload)
    return ErasureResult(upload is not None, kept)


def finish_erasure(stack: Stack, upload: Upload) -> None:
    """Delete an image that is marked erased from wherever it may be."""
    stack.images.sync_location(upload, lambda: True)
    _record_image_deleted(stack, upload.upload_id)


@retry_on_conflict
def _mark_erased(
    stack: Stack, upload_id: str, reason: str, *, window: bool
) -> tuple[Upload | None, RetentionBlocker | None]:
    """The upload to be finished (None: nothing is to be done), and what keeps it."""
    upload = stack.uploads.get(upload_id)
    if upload is None or upload.erasure_queue not in _ERASABLE:
        return None, None
    if upload.erased_at is not None:
        return upload, None
    last_need = stack.cases.preservation_mark()  # before the cases are read
    cases = _affected_cases(stack, upload)
    kept = first_retention_blocker(cases, stack.settings.retention, stack.now(), include_appeal_window=window)
    transaction = stack.transaction()
    if kept is not None:
        if not upload.erasure_deferred:
            stack.uploads.save(transaction, replace(upload, erasure_deferred=True))
            transaction.commit()
        return None, kept
    now = stack.now()
    erased = replace(upload, erased_at=now, erasure_deferred=False)
    erased = record_upload(
        stack, transaction, erased, action="image.erased", details={"why": reason}, actor=SYSTEM
    )
    stack.uploads.save(transaction, erased)
    # A hold or an appeal at this moment makes it fail; then it is asked again.
    for case in cases[:MAX_VERSION_CHECKS]:
        stack.cases.require_version(transaction, case)
    if len(cases) > MAX_VERSION_CHECKS:
        stack.cases.require_preservation_mark(transaction, last_need)
    transaction.commit()
    again = stack.uploads.get(upload_id)
    return again, None


def _affected_cases(stack: Stack, upload: Upload) -> list[Case]:
    """The cases about it, and those by whose entries it is stopped."""
    found = (
        stack.cases.get_case(case_id)
        for case_id in sorted({*upload.cases, *deciding_case_ids(stack, upload)})
    )
    return [case for case in found if case is not None]


@retry_on_conflict
def _record_image_deleted(stack: Stack, upload_id: str) -> None:
    upload = stack.uploads.get(upload_id)
    if upload is None or upload.erased_at is None or upload.image_deleted:
        return
    transaction = stack.transaction()
    stack.uploads.save(transaction, replace(upload, image_deleted=True))
    transaction.commit()

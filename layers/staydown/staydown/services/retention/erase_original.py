"""Erasing the original of a stopped upload: first its state, if nothing retains it, then the image.

An interrupted erasure leaves an upload that is marked erased, with an image that may still be there. The next
run, or anything else that syncs the location of the image, deletes it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from staydown.aws.stack import Stack
from staydown.domain.audit.upload_details import ImageErased
from staydown.domain.cases.case import Case
from staydown.domain.cases.retention import RetentionBlocker, first_retention_blocker
from staydown.domain.uploads.upload import ErasureQueue, Upload
from staydown.services.bank.supports import deciding_case_ids
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import Maintenance, UnitOfWork

MAX_VERSION_CHECKS = 90
"""How many cases are checked one by one for changes; a transaction takes 100 writes, and few images have two
cases. With more, it is checked whether any case at all was held or appealed meanwhile."""
_ERASABLE = {ErasureQueue.STOPPED, ErasureQueue.DEFERRED, ErasureQueue.ERASING}


@dataclass(frozen=True, slots=True)
class ErasureResult:
    erased: bool
    """Whether there was an image to erase, and it is erased."""
    blocker: RetentionBlocker | None
    """What retains it."""


def erase_original(stack: Stack, upload_id: str, *, reason: str, window: bool = True) -> ErasureResult:
    """Erase the original of an upload unless something retains it. window: whether the appeal window does."""
    upload, blocker = _mark_erased(stack, upload_id, reason, window=window)
    if upload is not None:
        finish_erasure(stack, upload)
    return ErasureResult(upload is not None, blocker)


def finish_erasure(stack: Stack, upload: Upload) -> None:
    """Delete an image that is marked erased, wherever it is."""
    stack.images.sync_location(upload, lambda: True)
    _record_image_deleted(stack, upload.upload_id)


@retry_on_conflict
def _mark_erased(
    stack: Stack, upload_id: str, reason: str, *, window: bool
) -> tuple[Upload | None, RetentionBlocker | None]:
    """Return the upload to finish, if any, and what retains it."""
    upload = stack.uploads.get(upload_id)
    if upload is None or upload.erasure_queue not in _ERASABLE:
        return None, None
    if upload.erased_at is not None:
        return upload, None
    uow = UnitOfWork(stack)
    preservation_mark = stack.cases.preservation_mark()  # before the cases are read
    cases = _affected_cases(stack, upload)
    blocker = first_retention_blocker(cases, stack.settings.retention, uow.now, include_appeal_window=window)
    if blocker is not None:
        if not upload.erasure_deferred:
            uow.maintain(replace(upload, erasure_deferred=True), Maintenance.ERASURE)
            uow.commit()
        return None, blocker
    uow.record(replace(upload, erased_at=uow.now, erasure_deferred=False), ImageErased(reason))
    # A legal hold or an appeal at this moment makes the commit fail, and it is tried again.
    uow.require_unchanged(*cases[:MAX_VERSION_CHECKS])
    if len(cases) > MAX_VERSION_CHECKS:
        stack.cases.require_preservation_mark(uow.transaction, preservation_mark)
    uow.commit()
    return stack.uploads.get(upload_id), None


def _affected_cases(stack: Stack, upload: Upload) -> list[Case]:
    """Return the cases about the upload, and those whose entries stop it."""
    case_ids = sorted({*upload.cases, *deciding_case_ids(stack, upload)})
    found = (stack.cases.get_case(case_id) for case_id in case_ids)
    return [case for case in found if case is not None]


@retry_on_conflict
def _record_image_deleted(stack: Stack, upload_id: str) -> None:
    upload = stack.uploads.get(upload_id)
    if upload is None or upload.erased_at is None or upload.image_deleted:
        return
    uow = UnitOfWork(stack)
    uow.maintain(replace(upload, image_deleted=True), Maintenance.ERASURE)
    uow.commit()

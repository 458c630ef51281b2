"""Applying the retention policy, by a schedule. Runs may overlap, stop anywhere, and be repeated.

Each item is read again and marked on a condition before it is erased, so an item that was held, appealed or
released meanwhile stays. A failure of one item does not delay the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from staydown.aws.audit_store import upload_chain
from staydown.aws.cases_store import (
    CLOSED,
    ERASURE_PROPOSALS,
    ERASURE_REQUESTED,
    LOCKED,
    REPORTERS_ERASED,
    SECOND_OPINIONS,
)
from staydown.aws.stack import Stack
from staydown.domain.audit.upload_details import UploadErased
from staydown.domain.uploads.upload import ErasureQueue, Upload
from staydown.services.retention.erase_case import delete_chain, erase_case, erase_reporter_data
from staydown.services.retention.erase_original import erase_original, finish_erasure
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import Maintenance, UnitOfWork

MAX_ERASURES_PER_RUN = 500
"""For each class; the next run erases the rest. A retained item takes no place."""

FailureHandler = Callable[[str, Exception], None]


def apply_retention(stack: Stack, on_failure: FailureHandler) -> Counter[str]:
    """Erase what is due. Return how much, by class. on_failure: called with the id of each failure."""
    rules = stack.settings.retention
    done: Counter[str] = Counter()

    def each(name: str, ids: Iterable[str], act: Callable[[str], bool]) -> None:
        left = MAX_ERASURES_PER_RUN
        for one in ids:
            if not left:
                return
            try:
                erased = act(one)
                done[name] += erased
                left -= erased
            except Exception as error:  # noqa: BLE001 (a failure must not retain the rest for ever)
                on_failure(one, error)
                done["failed"] += 1

    each(
        "originals", _due_uploads(stack, ErasureQueue.ERASING, timedelta(0)), partial(_finish_erasure, stack)
    )
    each(
        "originals",
        _due_uploads(stack, ErasureQueue.STOPPED, rules.original),
        partial(_erase_original, stack),
    )
    each(
        "originals",
        _due_uploads(stack, ErasureQueue.DEFERRED, rules.original),
        partial(_erase_original, stack),
    )
    each(
        "rejected",
        _due_uploads(stack, ErasureQueue.REJECTED, rules.rejected),
        partial(_erase_rejected, stack),
    )
    each(
        "records", _due_uploads(stack, ErasureQueue.RECORD, rules.case), partial(_erase_upload_record, stack)
    )
    each("asked", _due_cases(stack, ERASURE_REQUESTED, timedelta(0)), partial(_erase_requested, stack))
    original = dict.fromkeys((CLOSED, SECOND_OPINIONS, ERASURE_PROPOSALS), rules.original)
    for queue, kept in (original | {LOCKED: rules.locked}).items():
        each("reporters", _due_cases(stack, queue, kept), partial(erase_reporter_data, stack))
    for queue in (REPORTERS_ERASED, SECOND_OPINIONS, LOCKED):
        each("cases", _due_cases(stack, queue, rules.case), partial(erase_case, stack))
    return +done


def _due_uploads(stack: Stack, queue: ErasureQueue, period: timedelta) -> Iterable[str]:
    return stack.uploads.list_due_for_erasure(queue, until=stack.now() - period)


def _due_cases(stack: Stack, queue: str, period: timedelta) -> Iterable[str]:
    return stack.cases.list_due_case_ids(queue, until=stack.now() - period)


def _finish_erasure(stack: Stack, upload_id: str) -> bool:
    upload = stack.uploads.get(upload_id)
    if upload is None or upload.erased_at is None:
        return False
    finish_erasure(stack, upload)
    return True


def _erase_original(stack: Stack, upload_id: str) -> bool:
    return erase_original(stack, upload_id, reason="retention").erased


def _erase_requested(stack: Stack, case_id: str) -> bool:
    """Erase the images of a case at the request of the person shown or of an operator; the case stays."""
    case = stack.cases.get_case(case_id)
    if case is None:
        return False
    erasures = [erase_original(stack, one, reason="asked", window=False) for one in case.uploads]
    if any(one.blocker is not None for one in erasures):
        return False
    _mark_erasure_done(stack, case_id)
    return True


@retry_on_conflict
def _mark_erasure_done(stack: Stack, case_id: str) -> None:
    case = stack.cases.get_case(case_id)
    if case is None or case.erasure_done:
        return
    uow = UnitOfWork(stack)
    uow.maintain(replace(case, erasure_done=True), Maintenance.ERASURE)
    uow.commit()


@retry_on_conflict
def _erase_rejected(stack: Stack, upload_id: str) -> bool:
    """Erase a rejected upload: the image first, then its record."""
    upload = stack.uploads.get(upload_id)
    if upload is None or upload.erasure_queue is not ErasureQueue.REJECTED:
        return False
    _delete_image(stack, upload)
    uow = UnitOfWork(stack)
    stack.uploads.delete(uow.transaction, upload)
    uow.record_erasure(UploadErased(reason=upload.reason))
    uow.commit()
    return True


@retry_on_conflict
def _erase_upload_record(stack: Stack, upload_id: str) -> bool:
    """Erase the record of an upload after its chain: an interrupted erasure needs it to start again."""
    upload = stack.uploads.get(upload_id)
    if upload is None or upload.erasure_queue is not ErasureQueue.RECORD:
        return False
    delete_chain(stack, upload_chain(upload_id))
    uow = UnitOfWork(stack)
    stack.uploads.delete(uow.transaction, upload)
    uow.record_erasure(UploadErased(records=upload.audit.seq, digest=upload.audit.digest))
    uow.commit()
    return True


def _delete_image(stack: Stack, upload: Upload) -> None:
    stack.images.sync_location(replace(upload, erased_at=stack.now()), lambda: True)

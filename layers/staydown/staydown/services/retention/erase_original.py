"""Erasing the original of a stopped upload: its state first, on condition that nothing needs it; then it.

Who is stopped in between leaves an upload that says it is erased and an image that may be there still: the
next run, or anything else that puts its image where it belongs, deletes it then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from staydown.aws.stack import Stack
from staydown.domain.cases import Case
from staydown.domain.retention import Keeps, first_that_keeps
from staydown.domain.uploads import Rest, Upload
from staydown.services.bank.cases_behind import cases_behind
from staydown.services.retrying import retried
from staydown.services.uploads.record_upload import SYSTEM, record_upload

MOST_CHECKED = 90
"""Cases that are asked one by one whether they changed; of more, whether any case at all was held or appealed
meanwhile. (A transaction has 100 writes, and few images have two cases.)"""
_ERASABLE = {Rest.STOPPED, Rest.KEPT_BACK, Rest.ERASING}


@dataclass(frozen=True, slots=True)
class Erasure:
    """done: there was an image to be erased, and it is. kept: what needs it. Neither: it rests no more, or
    its image is gone already."""

    done: bool
    kept: Keeps | None


def erase_original(stack: Stack, upload_id: str, *, why: str, window: bool = True) -> Erasure:
    """Erase it unless something needs it. window: as `keeps` has it."""
    upload, kept = _mark(stack, upload_id, why, window=window)
    if upload is not None:
        finish_erasure(stack, upload)
    return Erasure(upload is not None, kept)


def finish_erasure(stack: Stack, upload: Upload) -> None:
    """Delete an image that is marked erased from wherever it may be."""
    stack.images.put_where_it_belongs(upload, lambda: True)
    _done(stack, upload.upload_id)


@retried
def _mark(stack: Stack, upload_id: str, why: str, *, window: bool) -> tuple[Upload | None, Keeps | None]:
    """The upload to be finished (None: nothing is to be done), and what keeps it."""
    upload = stack.uploads.get(upload_id)
    if upload is None or upload.rest not in _ERASABLE:
        return None, None
    if upload.erased_at is not None:
        return upload, None
    last_need = stack.cases.last_need()  # before the cases are read
    cases = _concerned(stack, upload)
    kept = first_that_keeps(cases, stack.settings.retention, stack.now(), window=window)
    transaction = stack.transaction()
    if kept is not None:
        if not upload.kept_back:
            stack.uploads.save(transaction, replace(upload, kept_back=True))
            transaction.commit()
        return None, kept
    now = stack.now()
    erased = replace(upload, erased_at=now, kept_back=False)
    erased = record_upload(
        stack, transaction, erased, action="image.erased", details={"why": why}, actor=SYSTEM
    )
    stack.uploads.save(transaction, erased)
    # A hold or an appeal at this moment makes it fail; then it is asked again.
    for case in cases[:MOST_CHECKED]:
        stack.cases.require_version(transaction, case)
    if len(cases) > MOST_CHECKED:
        stack.cases.require_no_need_since(transaction, last_need)
    transaction.commit()
    again = stack.uploads.get(upload_id)
    return again, None


def _concerned(stack: Stack, upload: Upload) -> list[Case]:
    """The cases about it, and those by whose entries it is stopped."""
    found = (stack.cases.case(case_id) for case_id in sorted({*upload.cases, *cases_behind(stack, upload)}))
    return [case for case in found if case is not None]


@retried
def _done(stack: Stack, upload_id: str) -> None:
    upload = stack.uploads.get(upload_id)
    if upload is None or upload.erased_at is None or upload.image_gone:
        return
    transaction = stack.transaction()
    stack.uploads.save(transaction, replace(upload, image_gone=True))
    transaction.commit()

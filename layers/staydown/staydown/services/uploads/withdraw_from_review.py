"""Taking an upload that the bank no longer matches out of the cases that a match brought it to."""

from __future__ import annotations

from staydown.aws.stack import Stack
from staydown.domain.audit.case_details import UploadRemovedFromCase
from staydown.domain.cases.case import Case
from staydown.domain.cases.states import Step
from staydown.domain.events import CaseWithdrawn
from staydown.domain.uploads.stops import deadline_stop, match_stop
from staydown.domain.uploads.upload import Upload
from staydown.services.unit_of_work import UnitOfWork
from staydown.services.uploads.release_upload import release_upload


def match_only_cases(stack: Stack, upload: Upload) -> list[Case]:
    """Return the undecided cases that have this upload by a match alone, without a report behind them."""
    cases = (stack.cases.get_case(case_id) for case_id in upload.cases)
    return [
        case
        for case in cases
        if case is not None
        and case.undecided
        and upload.upload_id in case.uploads
        and not _is_reported(stack, case)
    ]


def _is_reported(stack: Stack, case: Case) -> bool:
    reports = (stack.cases.get_report(number) for number in case.reports)
    return any(report is not None and report.withdrawn_at is None for report in reports)


def withdraw_from_review(stack: Stack, upload: Upload) -> None:
    """Release an upload from the cases that hold it, and remove it from those that a match alone opened.

    A case without uploads is closed. A reported case keeps the upload: it is decided, and until then the
    upload is as public as any reported one.
    """
    uow = UnitOfWork(stack)
    causes = list(upload.review_causes)
    for case in match_only_cases(stack, upload):
        _remove_from_case(uow, case, upload)
        causes.append(deadline_stop(case.case_id).cause)
    release_upload(uow, upload, causes)
    for match in upload.matches:
        if match_stop(match.entry_id).cause not in upload.stops:
            stack.uploads.unlink_entry(uow.transaction, upload.upload_id, match.entry_id)
    uow.commit()


def _remove_from_case(uow: UnitOfWork, case: Case, upload: Upload) -> None:
    remaining = case.without_upload(upload.upload_id)
    if remaining.uploads:
        uow.record(remaining, UploadRemovedFromCase(False, upload.upload_id))
        return
    closed = remaining.advanced(Step.WITHDRAW)
    uow.record(closed, UploadRemovedFromCase(True, upload.upload_id), CaseWithdrawn(case.case_id))

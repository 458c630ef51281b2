"""An upload that nothing in the bank speaks against leaves the cases it was brought to for that alone.

So a judgement that is taken back, or a claim that is withdrawn, takes with it whatever it had others look at.
"""

from __future__ import annotations

from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.cases.case import Case
from staydown.domain.cases.states import Step
from staydown.domain.events import EventType
from staydown.domain.uploads.stops import deadline_stop
from staydown.domain.uploads.upload import Upload
from staydown.services.cases.save_case import save_case
from staydown.services.uploads.record_upload import SYSTEM
from staydown.services.uploads.release_upload import release_upload


def match_only_cases(stack: Stack, upload: Upload) -> list[Case]:
    """The undecided cases in which it is by what it matches alone: nobody's report stands behind them."""
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
    """Free it of the cases it waits for, and take it out of those that were about the match alone.

    A case that is left without an upload is closed. A case that somebody reported keeps the upload: it is to
    be decided, and until then the upload is as public as any that was reported.
    """
    waiting = list(upload.review_causes)
    transaction = stack.transaction()
    for case in match_only_cases(stack, upload):
        _remove_from_case(stack, transaction, case, upload)
        waiting.append(deadline_stop(case.case_id).cause)
    release_upload(stack, transaction, upload, waiting)
    for match in upload.matches:
        if f"entry:{match.entry_id}" not in upload.stops:
            stack.uploads.unlink_entry(transaction, upload.upload_id, match.entry_id)
    transaction.commit()


def _remove_from_case(stack: Stack, transaction: Transaction, case: Case, upload: Upload) -> None:
    left = case.without_upload(upload.upload_id)
    details = {"upload_id": upload.upload_id}
    if left.uploads:
        save_case(stack, transaction, left, actor=SYSTEM, action="case.upload_left", details=details)
        return
    closed = left.advanced(Step.WITHDRAW)
    save_case(stack, transaction, closed, actor=SYSTEM, action="case.withdrawn", details=details)
    event = {"case_id": case.case_id}
    stack.outbox.add(transaction, EventType.CASE_WITHDRAWN, event, at=stack.now())

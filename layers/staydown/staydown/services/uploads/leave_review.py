"""An upload that nothing in the bank speaks against leaves the cases it was brought to for that alone.

So a judgement that is taken back, or a claim that is withdrawn, takes with it whatever it had others look at.
"""

from __future__ import annotations

from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.case_states import Step
from staydown.domain.cases import Case
from staydown.domain.events import EventType
from staydown.domain.stops import by_deadline
from staydown.domain.uploads import Upload
from staydown.services.cases.save_case import save_case
from staydown.services.uploads.free_upload import free_upload
from staydown.services.uploads.record_upload import SYSTEM


def cases_by_match(stack: Stack, upload: Upload) -> list[Case]:
    """The undecided cases in which it is by what it matches alone: nobody's report stands behind them."""
    cases = (stack.cases.case(case_id) for case_id in upload.cases)
    return [
        case
        for case in cases
        if case is not None
        and case.undecided
        and upload.upload_id in case.uploads
        and not _is_reported(stack, case)
    ]


def _is_reported(stack: Stack, case: Case) -> bool:
    reports = (stack.cases.report(number) for number in case.reports)
    return any(report is not None and report.withdrawn_at is None for report in reports)


def leave_review(stack: Stack, upload: Upload) -> None:
    """Free it of the cases it waits for, and take it out of those that were about the match alone.

    A case that is left without an upload is closed. A case that somebody reported keeps the upload: it is to
    be decided, and until then the upload is as public as any that was reported.
    """
    waiting = list(upload.in_review)
    transaction = stack.transaction()
    for case in cases_by_match(stack, upload):
        _leave(stack, transaction, case, upload)
        waiting.append(by_deadline(case.case_id).cause)
    free_upload(stack, transaction, upload, waiting)
    for match in upload.matches:
        if f"entry:{match.entry_id}" not in upload.stops:
            stack.uploads.unlink(transaction, upload.upload_id, match.entry_id)
    transaction.commit()


def _leave(stack: Stack, transaction: Transaction, case: Case, upload: Upload) -> None:
    left = case.without_upload(upload.upload_id)
    details = {"upload_id": upload.upload_id}
    if left.uploads:
        save_case(stack, transaction, left, actor=SYSTEM, action="case.upload_left", details=details)
        return
    closed = left.after(Step.WITHDRAW)
    save_case(stack, transaction, closed, actor=SYSTEM, action="case.withdrawn", details=details)
    event = {"case_id": case.case_id}
    stack.outbox.add(transaction, EventType.CASE_WITHDRAWN, event, at=stack.now())

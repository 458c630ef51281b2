"""What a decision does to uploads, bank and accounts, and how an appeal undoes it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from staydown.domain.accounts.account import Block
from staydown.domain.cases.case import Case
from staydown.domain.errors import Conflict
from staydown.domain.events import AccountBlocked, CaseReversed, UploadStateChanged
from staydown.domain.uploads.stops import StopReason, decision_stop, pending_case_causes
from staydown.domain.uploads.upload import Upload
from staydown.services.accounts import remove_case_block
from staydown.services.bank.bank_writer import BankWriter
from staydown.services.bank.supports import report_supports, withdraw_supports
from staydown.services.unit_of_work import UnitOfWork
from staydown.services.uploads.release_upload import release_from_case, release_upload


def enforce(
    uow: UnitOfWork,
    case: Case,
    uploads: Iterable[Upload],
    bank_writer: BankWriter,
    *,
    reported_entries: Collection[str] = (),
) -> Case:
    """Remove every upload of the case, bank its images, and block the accounts that posted them.

    reported_entries: entries that its reports support although the bank does not say so (see `overturn`).
    Return the case with what was done. The caller records it.
    """
    uploads = list(uploads)
    if not any(upload.fingerprint is not None for upload in uploads):
        raise Conflict("The case has no readable image to decide on yet.")
    banked = bank_writer.add(uow, case, uploads, reported_entries)
    stop = decision_stop(case.case_id, StopReason.JUDGED_VIOLATING)
    pending = pending_case_causes(case.case_id)
    for upload in uploads:
        others = {cause: other for cause, other in upload.stops.items() if cause not in pending}
        stopped = replace(upload, stops=others).with_stops([stop], now=uow.now)
        events = [UploadStateChanged.of(stopped)] if stopped.state is not upload.state else []
        uow.cover(stopped, *events, by=case)
    accounts = sorted({(upload.platform, upload.account_id) for upload in uploads})
    block = Block(case.case_id, uow.now, stop.reason.value)
    for platform, account_id in accounts:
        blocked = uow.stack.accounts.get(platform, account_id).with_block(block)
        uow.cover(blocked, AccountBlocked.of(blocked, case_id=case.case_id), by=case)
    return replace(case, banked_entries=banked, blocked_accounts=tuple(accounts))


def dismiss(uow: UnitOfWork, case: Case, uploads: Iterable[Upload]) -> Case:
    """Release the uploads that waited for this case, and take back what its reports support by hash alone.

    The entries that the uploads matched no longer bring them to a reviewer. Return the case with what was
    done. The caller records it.
    """
    for upload in uploads:
        matched = {*case.entries, *(match.entry_id for match in upload.matches)}
        release_from_case(uow, upload, case.case_id, dismissed_entries=matched)
    rejected = withdraw_supports(uow, dict.fromkeys(case.entries, report_supports(case)), by=case)
    return replace(
        case, rejected_report_supports=tuple((entry_id, support.reference) for entry_id, support in rejected)
    )


def overturn(uow: UnitOfWork, case: Case, uploads: Iterable[Upload], bank_writer: BankWriter) -> Case:
    """Undo `dismiss`, and enforce the decision that the case has by now.

    Entries that a report of the case still supports are confirmed, as if the support had never been rejected.
    Dismissals by other cases stay. Return the case with what was done. The caller records it.
    """
    reports = uow.stack.cases.get_reports(case.reports) if case.rejected_report_supports else []
    active = {report.case_number for report in reports if report.withdrawn_at is None}
    if active:
        active.add(case.case_id)
    reported = {entry_id for entry_id, reference in case.rejected_report_supports if reference in active}
    undismissed = [upload.with_dismissal(case.case_id, ()) for upload in uploads]
    return enforce(uow, case, undismissed, bank_writer, reported_entries=reported)


def reverse(uow: UnitOfWork, case: Case) -> None:
    """Take back what this case alone did. What another case supports stays as it is.

    The supports by the case's own reports go too: two reviewers have reviewed the image, and a support that
    stayed would hold the released uploads again. The changed entries start a sweep, which releases the other
    uploads that they alone had stopped.
    """
    withdrawn = {entry_id: {case.support} for entry_id in case.banked_entries}
    withdrawn |= {entry_id: {case.support} | report_supports(case) for entry_id in case.entries}
    withdraw_supports(uow, withdrawn, by=case)
    for upload in uow.stack.uploads.get_many(case.uploads):
        release_upload(
            uow,
            upload,
            [decision_stop(case.case_id).cause],
            dismissed_by=case.case_id,
            dismissed_entries={*case.entries, *case.banked_entries},
        )
    for platform, account_id in case.blocked_accounts:
        remove_case_block(uow, case, platform, account_id)
    uow.emit(CaseReversed(case.case_id, case.uploads))

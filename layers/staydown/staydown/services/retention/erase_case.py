"""Erasing what belongs to a case: its reporters when the appeal window is over, and years later all of it.

The chain `retention` records what was erased: numbers and digests, nothing else.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from staydown.aws.audit_store import case_chain, upload_chain
from staydown.aws.stack import Stack
from staydown.domain.audit.actions import AuditAction
from staydown.domain.audit.case_details import CaseErased, ReportersErased
from staydown.domain.audit.details import ActionOnly
from staydown.domain.cases.appeals import disagreement_appeal_id
from staydown.domain.cases.case import Case
from staydown.domain.cases.reports import Report
from staydown.domain.cases.retention import retention_blocker
from staydown.notices.notice import Recipient
from staydown.services.accounts import remove_case_block
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import Maintenance, UnitOfWork


@retry_on_conflict
def erase_reporter_data(stack: Stack, case_id: str) -> bool:
    """Erase the reporters of a case whose time is over. Return whether there was anything to erase."""
    uow = UnitOfWork(stack)
    case = stack.cases.get_case(case_id)
    if case is None or case.reporters_erased or _is_retained(stack, case, stack.settings.retention.original):
        return False
    reports = stack.cases.get_reports(case.reports)
    erased = [report for report in reports if _is_last_case_of(stack, case, report)]
    _erase_answers(stack, case, erased)
    for report in erased:
        stack.reporters.delete(uow.transaction, report.case_number)
    uow.record(replace(case, reporters_erased=True), ReportersErased(len(erased)))
    uow.commit()
    return True


def _is_last_case_of(stack: Stack, case: Case, report: Report) -> bool:
    """Return whether no other case of the report still needs its reporter."""
    others = (stack.cases.get_case(one) for one in report.case_ids if one != case.case_id)
    return all(one is None or one.reporters_erased for one in others)


def _erase_answers(stack: Stack, case: Case, reports: list[Report]) -> None:
    """Erase the answers that reviewers read, in a transaction before that of the reporters.

    Both together would need more writes than one transaction takes.
    """
    uow = UnitOfWork(stack)
    answered = [report for report in reports if report.answers]
    for report in answered:
        uow.maintain(replace(report, answers={}), Maintenance.ERASURE)
    if answered:
        uow.require_unchanged(case)
    uow.commit()


def erase_case(stack: Stack, case_id: str) -> bool:
    """Erase a case with its reports, appeals, audit and the uploads that belong to it alone.

    The case is marked first, on condition that nothing retains it; from then on it cannot be held. The steps
    after that may stop anywhere: the next run starts them again. The case itself is erased last. Return
    whether it was erased.
    """
    case = _mark_erasing(stack, case_id)
    if case is None:
        return False
    for upload_id in case.uploads:
        _detach_upload(stack, case, upload_id)
    filed = [
        str(record.details["appeal_id"])
        for record in stack.audit.list_records(case_chain(case_id))
        if record.action == AuditAction.APPEAL_FILED
    ]
    for number in case.reports:
        _detach_report(stack, case, number)
    for appeal_id in (*filed, disagreement_appeal_id(case_id)):
        stack.cases.delete_appeal(appeal_id)
    for entry_id in case.entries:
        stack.cases.unroute_entry(entry_id, case_id)
    for platform, account_id in case.blocked_accounts:
        stack.notices.delete(Recipient.account_holder(platform, account_id), case_id=case_id)
    delete_chain(stack, case_chain(case_id))
    _delete_case(stack, case_id)
    return True


@retry_on_conflict
def _mark_erasing(stack: Stack, case_id: str) -> Case | None:
    uow = UnitOfWork(stack)
    case = stack.cases.get_case(case_id)
    if case is None or case.erasing:
        return case
    if _is_retained(stack, case, stack.settings.retention.case):
        return None
    if any(not upload.is_record_erasable for upload in stack.uploads.get_many(case.uploads)):
        return None  # an image of it is still in quarantine, and is erased first
    for platform, account_id in case.blocked_accounts:
        if case_id in stack.accounts.get(platform, account_id).blocks:
            remove_case_block(uow, case, platform, account_id)
    marked = uow.record(replace(case, erasing=True), ActionOnly(AuditAction.CASE_ERASURE_STARTED))
    uow.commit()
    return marked


@retry_on_conflict
def _detach_upload(stack: Stack, case: Case, upload_id: str) -> None:
    """Erase the record of a stopped upload that belongs to this case alone; else remove the case from it."""
    upload = stack.uploads.get(upload_id)
    if upload is None:
        return
    uow = UnitOfWork(stack)
    others = tuple(one for one in upload.cases if one != case.case_id)
    if others or not upload.is_stopped:
        uow.maintain(replace(upload, cases=others), Maintenance.ERASURE)
    else:
        # The chain goes first: an interrupted erasure is started again only while the upload is there.
        delete_chain(stack, upload_chain(upload_id))
        stack.uploads.delete(uow.transaction, upload)
    uow.commit()


@retry_on_conflict
def _detach_report(stack: Stack, case: Case, case_number: str) -> None:
    """Erase a report that belongs to this case alone; else remove the case from it."""
    report = stack.cases.get_report(case_number)
    if report is None:
        return
    uow = UnitOfWork(stack)
    others = tuple(one for one in report.case_ids if one != case.case_id)
    if any(stack.cases.get_case(one) is not None for one in others):
        uow.maintain(replace(report, case_ids=others), Maintenance.ERASURE)
    else:
        stack.notices.delete(Recipient.reporter(case_number))
        stack.cases.delete_report(uow.transaction, report)
        stack.reporters.delete(uow.transaction, case_number)
    uow.commit()


def delete_chain(stack: Stack, chain: str) -> None:
    """Delete an audit chain with its metrics cursor and its queued anchor; the anchors keep its end."""
    for record in stack.audit.list_records(chain):
        stack.audit.delete_record(record)
    stack.metrics.delete_cursor(chain)
    stack.anchors.delete_chain(chain)


@retry_on_conflict
def _delete_case(stack: Stack, case_id: str) -> None:
    case = stack.cases.get_case(case_id)
    if case is None:
        return
    uow = UnitOfWork(stack)
    stack.cases.delete_case(uow.transaction, case)
    uow.record_erasure(CaseErased(case.state, case.audit.seq, case.audit.digest))
    uow.commit()


def _is_retained(stack: Stack, case: Case, period: timedelta) -> bool:
    """Return whether the retention time is not over, or something else blocks the erasure."""
    now = stack.now()
    if case.retention_starts_at is None or now <= case.retention_starts_at + period:
        return True
    return retention_blocker(case, stack.settings.retention, now) is not None

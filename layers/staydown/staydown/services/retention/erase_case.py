"""Erasing what belongs to a case: who reported it, when its appeal window is over; all of it, years later.

What was erased is on record in the chain `retention`, which keeps numbers and digests and nothing else.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from staydown.aws.audit_store import RETENTION_CHAIN, case_chain, upload_chain
from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.cases.appeals import disagreement_appeal_id
from staydown.domain.cases.case import Case
from staydown.domain.cases.reports import Report
from staydown.domain.cases.retention import retention_blocker
from staydown.domain.events import EventType
from staydown.notices.notice import Recipient
from staydown.services.cases.save_case import save_case
from staydown.services.retries import retry_on_conflict
from staydown.services.uploads.record_upload import SYSTEM


@retry_on_conflict
def erase_reporter_data(stack: Stack, case_id: str) -> bool:
    """Erase who reported this case, unless it or another case of the report needs that; whether it did."""
    case = stack.cases.get_case(case_id)
    if case is None or case.reporters_erased or _is_retained(stack, case, stack.settings.retention.original):
        return False
    gone = [
        report for report in stack.cases.get_reports(case.reports) if _is_last_case_of(stack, case, report)
    ]
    _erase_answers(stack, case, gone)
    transaction = stack.transaction()
    for report in gone:
        stack.reporters.delete(transaction, report.case_number)
    done = replace(case, reporters_erased=True)
    details = {"reporters": len(gone)}
    save_case(stack, transaction, done, actor=SYSTEM, action="case.reporters_erased", details=details)
    transaction.commit()
    return True


def _is_last_case_of(stack: Stack, case: Case, report: Report) -> bool:
    """The last case of a report erases who sent it; until then the others need it."""
    others = (stack.cases.get_case(one) for one in report.case_ids if one != case.case_id)
    return all(one is None or one.reporters_erased for one in others)


def _erase_answers(stack: Stack, case: Case, reports: list[Report]) -> None:
    """Those that reviewers read. First, and by itself: both would be more than one transaction takes."""
    transaction = stack.transaction()
    answered = [report for report in reports if report.answers]
    for report in answered:
        stack.cases.save_report(transaction, replace(report, answers={}))
    if answered:
        stack.cases.require_version(transaction, case)
    transaction.commit()


def erase_case(stack: Stack, case_id: str) -> bool:
    """Erase a case, its reports, appeals and audit, and the uploads that belong to it alone; whether it did.

    Marked first, on condition that nothing holds it: from then on it can't be held. What follows may stop
    anywhere and is begun again by the next run; the case itself goes last.
    """
    case = _mark_erasing(stack, case_id)
    if case is None:
        return False
    for upload_id in case.uploads:
        _detach_upload(stack, case, upload_id)
    filed = [
        str(record.details["appeal_id"])
        for record in stack.audit.list_records(case_chain(case_id))
        if record.action == "appeal.filed"
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
    case = stack.cases.get_case(case_id)
    if case is None or case.erasing:
        return case
    if _is_retained(stack, case, stack.settings.retention.case):
        return None
    if any(not upload.is_record_erasable for upload in stack.uploads.get_many(case.uploads)):
        return None  # an image of it is still in quarantine; that goes first
    transaction = stack.transaction()
    for platform, account_id in case.blocked_accounts:
        account = stack.accounts.get(platform, account_id)
        if case_id in account.blocks:
            freed = account.without_block(case_id)
            stack.accounts.save(transaction, freed)
            event = {
                "platform": platform,
                "account_id": account_id,
                "case_id": case_id,
                "blocked": freed.blocked,
            }
            stack.outbox.add(transaction, EventType.ACCOUNT_UNBLOCKED, event, at=stack.now())
    marked = replace(case, erasing=True)
    marked = save_case(stack, transaction, marked, actor=SYSTEM, action="case.erasing", details={})
    transaction.commit()
    return marked


@retry_on_conflict
def _detach_upload(stack: Stack, case: Case, upload_id: str) -> None:
    """Erase the record of an upload that belonged to this case alone and is not public; else take the case
    out of it."""
    upload = stack.uploads.get(upload_id)
    if upload is None:
        return
    others = tuple(one for one in upload.cases if one != case.case_id)
    transaction = stack.transaction()
    if others or not upload.is_stopped:
        stack.uploads.save(transaction, replace(upload, cases=others))
    else:
        # What is stopped here is begun again only as long as the upload is there.
        delete_chain(stack, upload_chain(upload_id))
        stack.uploads.delete(transaction, upload)
    transaction.commit()


@retry_on_conflict
def _detach_report(stack: Stack, case: Case, case_number: str) -> None:
    report = stack.cases.get_report(case_number)
    if report is None:
        return
    others = tuple(one for one in report.case_ids if one != case.case_id)
    transaction = stack.transaction()
    if any(stack.cases.get_case(one) is not None for one in others):
        stack.cases.save_report(transaction, replace(report, case_ids=others))
    else:
        stack.notices.delete(Recipient.reporter(case_number))
        stack.cases.delete_report(transaction, report)
        stack.reporters.delete(transaction, case_number)
    transaction.commit()


def delete_chain(stack: Stack, chain: str) -> None:
    """Delete a chain whose time is over, and what is kept about it; the anchors keep its end."""
    for record in stack.audit.list_records(chain):
        stack.audit.delete_record(record)
    stack.metrics.delete_cursor(chain)
    stack.anchors.delete_chain(chain)


@retry_on_conflict
def _delete_case(stack: Stack, case_id: str) -> None:
    case = stack.cases.get_case(case_id)
    if case is None:
        return
    transaction = stack.transaction()
    stack.cases.delete_case(transaction, case)
    details: dict[str, object] = {
        "was": case.state.value,
        "records": case.audit.seq,
        "digest": case.audit.digest,
    }
    record_erasure(stack, transaction, "case.erased", details)
    transaction.commit()


def record_erasure(stack: Stack, transaction: Transaction, action: str, details: dict[str, object]) -> None:
    """The next record of the chain of what was erased."""
    head = stack.audit.append(
        transaction,
        RETENTION_CHAIN,
        stack.cases.retention_head(),
        at=stack.now(),
        actor=SYSTEM,
        action=action,
        details=details,
    )
    stack.cases.save_retention_head(transaction, head)


def _is_retained(stack: Stack, case: Case, period: timedelta) -> bool:
    """Whether its time is not over, or something needs it."""
    now = stack.now()
    if case.retention_starts_at is None or now <= case.retention_starts_at + period:
        return True
    return retention_blocker(case, stack.settings.retention, now) is not None

"""What follows from a decision, in its transaction: what it stops, and what it lets go."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.accounts.account import Block
from staydown.domain.cases.case import Case
from staydown.domain.errors import Conflict
from staydown.domain.events import EventType
from staydown.domain.uploads.stops import StopReason, decision_stop, pending_case_causes
from staydown.domain.uploads.upload import Upload
from staydown.services.bank.bank_writer import BankWriter
from staydown.services.bank.supports import report_supports, withdraw_supports
from staydown.services.uploads.apply_match import emit_upload_event
from staydown.services.uploads.release_upload import release_from_case, release_upload


def enforce(
    stack: Stack,
    transaction: Transaction,
    case: Case,
    uploads: Iterable[Upload],
    bank_writer: BankWriter,
    *,
    reported_entries: Collection[str] = (),
) -> Case:
    """Remove every upload of the case, bank it, block who posted it.

    claimed: entries that its reports claim although the bank does not say so (see `overturn`).
    """
    uploads = list(uploads)
    if not any(upload.fingerprint is not None for upload in uploads):
        raise Conflict("The case has no image that could be looked at; there is nothing to judge yet.")
    banked = bank_writer.add(transaction, case, uploads, reported_entries)
    stop = decision_stop(case.case_id, StopReason.JUDGED_VIOLATING)
    now = stack.now()
    over = pending_case_causes(case.case_id)
    for upload in uploads:
        others = {cause: other for cause, other in upload.stops.items() if cause not in over}
        stopped = replace(upload, stops=others).with_stops([stop], now=now)
        stack.uploads.save(transaction, stopped)
        if stopped.state is not upload.state:
            emit_upload_event(stack, transaction, stopped)
    accounts = sorted({(upload.platform, upload.account_id) for upload in uploads})
    for platform, account_id in accounts:
        account = stack.accounts.get(platform, account_id)
        blocked = account.with_block(Block(case.case_id, now, stop.reason.value))
        stack.accounts.save(transaction, blocked)
        event = {
            "platform": platform,
            "account_id": account_id,
            "case_id": case.case_id,
            "blocked": blocked.blocked,
        }
        stack.outbox.add(transaction, EventType.ACCOUNT_BLOCKED, event, at=now)
    return replace(case, banked_entries=banked, blocked_accounts=tuple(accounts))


def dismiss(
    stack: Stack, transaction: Transaction, case: Case, uploads: Iterable[Upload], reviewer: str
) -> Case:
    """Let go what waited for this case: what its uploads met no longer brings them to a reviewer, and what
    its reports claimed by hash alone was looked at and is not so."""
    for upload in uploads:
        met = {*case.entries, *(match.entry_id for match in upload.matches)}
        release_from_case(stack, transaction, upload, case.case_id, dismissed_entries=met, actor=reviewer)
    refused = withdraw_supports(stack, transaction, dict.fromkeys(case.entries, report_supports(case)))
    return replace(
        case, rejected_report_supports=tuple((entry_id, claim.reference) for entry_id, claim in refused)
    )


def overturn(
    stack: Stack, transaction: Transaction, case: Case, uploads: Iterable[Upload], bank_writer: BankWriter
) -> Case:
    """Undo what `acquit` did, and carry out the decision that the case has by now, in one go.

    What its reports had claimed is confirmed by it, if one of them still claims it: as if the claim had never
    been refused. What others cleared stays cleared.
    """
    reports = stack.cases.get_reports(case.reports) if case.rejected_report_supports else []
    standing = {one.case_number for one in reports if one.withdrawn_at is None}
    if standing:
        standing.add(case.case_id)
    claimed = {entry_id for entry_id, reference in case.rejected_report_supports if reference in standing}
    uncleared = [upload.with_dismissal(case.case_id, ()) for upload in uploads]
    return enforce(stack, transaction, case, uncleared, bank_writer, reported_entries=claimed)


def reverse(stack: Stack, transaction: Transaction, case: Case, reviewer: str) -> None:
    """Take away what rests on this case; what rests on anything else as well stays as it is.

    What the case's own reports claimed was looked at twice now, and goes with it: else whatever the claimed
    entries had stopped would be held by the claim again. The entries' change brings a sweep, which frees the
    other uploads that they alone had stopped.
    """
    now = stack.now()
    judged, claims = case.support, report_supports(case)
    gone = {entry_id: {judged} for entry_id in case.banked_entries}
    gone |= {entry_id: {judged} | claims for entry_id in case.entries}
    withdraw_supports(stack, transaction, gone)
    for upload in stack.uploads.get_many(case.uploads):
        release_upload(
            stack,
            transaction,
            upload,
            [f"case:{case.case_id}"],
            dismissed_by=case.case_id,
            dismissed_entries={*case.entries, *case.banked_entries},
            actor=reviewer,
        )
    for platform, account_id in case.blocked_accounts:
        account = stack.accounts.get(platform, account_id).without_block(case.case_id)
        stack.accounts.save(transaction, account)
        event = {
            "platform": platform,
            "account_id": account_id,
            "case_id": case.case_id,
            "blocked": account.blocked,
        }
        stack.outbox.add(transaction, EventType.ACCOUNT_UNBLOCKED, event, at=now)
    reversed_case = {"case_id": case.case_id, "uploads": list(case.uploads)}
    stack.outbox.add(transaction, EventType.CASE_REVERSED, reversed_case, at=now)

"""What follows from a decision, in its transaction: what it stops, and what it lets go."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.accounts import Block
from staydown.domain.cases import Case
from staydown.domain.errors import Conflict
from staydown.domain.events import EventType
from staydown.domain.stops import Reason, by_case, waits_for
from staydown.domain.uploads import Upload
from staydown.services.bank.bank_images import BankedImages
from staydown.services.bank.change_bank import claims_of, withdraw_supports
from staydown.services.uploads.free_upload import free_of_case, free_upload
from staydown.services.uploads.stop_upload import announce


def stop_all(
    stack: Stack,
    transaction: Transaction,
    case: Case,
    uploads: Iterable[Upload],
    images: BankedImages,
    *,
    claimed: Collection[str] = (),
) -> Case:
    """Remove every upload of the case, bank it, block who posted it.

    claimed: entries that its reports claim although the bank does not say so (see `overturn`).
    """
    uploads = list(uploads)
    if not any(upload.fingerprint is not None for upload in uploads):
        raise Conflict("The case has no image that could be looked at; there is nothing to judge yet.")
    banked = images.add(transaction, case, uploads, claimed)
    stop = by_case(case.case_id, Reason.JUDGED_VIOLATING)
    now = stack.now()
    over = waits_for(case.case_id)
    for upload in uploads:
        others = {cause: other for cause, other in upload.stops.items() if cause not in over}
        stopped = replace(upload, stops=others).stopped([stop], now=now)
        stack.uploads.save(transaction, stopped)
        if stopped.state is not upload.state:
            announce(stack, transaction, stopped)
    accounts = sorted({(upload.platform, upload.account_id) for upload in uploads})
    for platform, account_id in accounts:
        account = stack.accounts.get(platform, account_id)
        blocked = account.held_by(Block(case.case_id, now, stop.reason.value))
        stack.accounts.save(transaction, blocked)
        event = {
            "platform": platform,
            "account_id": account_id,
            "case_id": case.case_id,
            "blocked": blocked.blocked,
        }
        stack.outbox.add(transaction, EventType.ACCOUNT_BLOCKED, event, at=now)
    return replace(case, banked=banked, blocked=tuple(accounts))


def acquit(
    stack: Stack, transaction: Transaction, case: Case, uploads: Iterable[Upload], reviewer: str
) -> Case:
    """Let go what waited for this case: what its uploads met no longer brings them to a reviewer, and what
    its reports claimed by hash alone was looked at and is not so."""
    for upload in uploads:
        met = {*case.entries, *(match.entry_id for match in upload.matches)}
        free_of_case(stack, transaction, upload, case.case_id, cleared=met, actor=reviewer)
    refused = withdraw_supports(stack, transaction, dict.fromkeys(case.entries, claims_of(case)))
    return replace(case, refused=tuple((entry_id, claim.reference) for entry_id, claim in refused))


def overturn(
    stack: Stack, transaction: Transaction, case: Case, uploads: Iterable[Upload], images: BankedImages
) -> Case:
    """Undo what `acquit` did, and carry out the decision that the case has by now, in one go.

    What its reports had claimed is confirmed by it, if one of them still claims it: as if the claim had never
    been refused. What others cleared stays cleared.
    """
    reports = stack.cases.reports(case.reports) if case.refused else []
    standing = {one.case_number for one in reports if one.withdrawn_at is None}
    if standing:
        standing.add(case.case_id)
    claimed = {entry_id for entry_id, reference in case.refused if reference in standing}
    uncleared = [upload.cleared_of(case.case_id, ()) for upload in uploads]
    return stop_all(stack, transaction, case, uncleared, images, claimed=claimed)


def undo(stack: Stack, transaction: Transaction, case: Case, reviewer: str) -> None:
    """Take away what rests on this case; what rests on anything else as well stays as it is.

    What the case's own reports claimed was looked at twice now, and goes with it: else whatever the claimed
    entries had stopped would be held by the claim again. The entries' change brings a sweep, which frees the
    other uploads that they alone had stopped.
    """
    now = stack.now()
    judged, claims = case.support, claims_of(case)
    gone = {entry_id: {judged} for entry_id in case.banked}
    gone |= {entry_id: {judged} | claims for entry_id in case.entries}
    withdraw_supports(stack, transaction, gone)
    for upload in stack.uploads.get_many(case.uploads):
        free_upload(
            stack,
            transaction,
            upload,
            [f"case:{case.case_id}"],
            cleared_by=case.case_id,
            cleared={*case.entries, *case.banked},
            actor=reviewer,
        )
    for platform, account_id in case.blocked:
        account = stack.accounts.get(platform, account_id).released_by(case.case_id)
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

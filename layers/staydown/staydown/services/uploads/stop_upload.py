"""What a match does to an upload: blocked with nobody looking, or held and brought to a reviewer."""

from __future__ import annotations

from dataclasses import replace

from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.bank import Match
from staydown.domain.case_states import CaseState
from staydown.domain.cases import MAX_UPLOADS, Case, Origin
from staydown.domain.deadlines import removal_deadline
from staydown.domain.events import EventType
from staydown.domain.ids import new_id
from staydown.domain.uploads import Upload, UploadState, by_entry, by_review
from staydown.domain.verdicts import Verdict
from staydown.services.review.save_case import save_case
from staydown.services.uploads.record_upload import SYSTEM, record_upload

MATCHES_KEPT = 10
"""Of the entries an upload matches, the nearest are recorded; one is enough to stop it."""


def stop_upload(stack: Stack, upload: Upload, verdict: Verdict, matches: tuple[Match, ...]) -> None:
    """Carry out `block` or `review` on an upload as it was read; ConcurrentChange if it moved on since."""
    upload = replace(upload, matches=matches[:MATCHES_KEPT])
    transaction = stack.transaction()
    if verdict is Verdict.BLOCK:
        _block(stack, transaction, upload)
    else:
        _bring_to_reviewer(stack, transaction, upload)
    transaction.commit()


def announce(stack: Stack, transaction: Transaction, upload: Upload) -> None:
    """Tell the outside what became of an upload."""
    event = {
        UploadState.RECEIVED: EventType.UPLOAD_RELEASED,
        UploadState.PUBLISHED: EventType.UPLOAD_PUBLISHED,
        UploadState.HELD: EventType.UPLOAD_HELD,
        UploadState.BLOCKED: EventType.UPLOAD_BLOCKED,
        UploadState.REMOVED: EventType.UPLOAD_REMOVED,
        UploadState.REJECTED: EventType.UPLOAD_REJECTED,
    }[upload.state]
    detail = {
        "upload_id": upload.upload_id,
        "platform": upload.platform,
        "account_id": upload.account_id,
        "key": upload.key,
        "state": upload.state.value,
        "reason": upload.reason,
    }
    stack.outbox.add(transaction, event, detail, at=stack.now())


def _block(stack: Stack, transaction: Transaction, upload: Upload) -> None:
    now = stack.now()
    stopped = upload.stopped([by_entry(match.entry_id) for match in upload.matches], now=now)
    details = {"matches": [_told(match) for match in upload.matches]}
    action = f"upload.{stopped.state.value}"
    recorded = record_upload(stack, transaction, stopped, action=action, details=details)
    stack.uploads.save(transaction, recorded)
    for match in upload.matches:
        stack.uploads.link(transaction, upload.upload_id, match.entry_id)
    announce(stack, transaction, stopped)


def _bring_to_reviewer(stack: Stack, transaction: Transaction, upload: Upload) -> None:
    """Hold it (unless it is public already: hiding that is a person's choice) and put it into a case."""
    now = stack.now()
    entry_ids = tuple(match.entry_id for match in upload.matches)
    case = _case_for(stack, transaction, entry_ids[0]).with_upload(upload.upload_id).about(entry_ids)
    details = {
        "upload_id": upload.upload_id,
        "matches": [_told(match) for match in upload.matches],
    }
    new = case.version == 0
    action = "case.opened" if new else "case.upload_added"
    save_case(stack, transaction, case, actor=SYSTEM, action=action, details=details)
    if new:
        opened = {"case_id": case.case_id, "origin": case.origin.value}
        stack.outbox.add(transaction, EventType.CASE_OPENED, opened, at=now)
    upload = upload.concerning(case.case_id)
    for entry_id in entry_ids:
        stack.uploads.link(transaction, upload.upload_id, entry_id)
    if upload.state is UploadState.PUBLISHED:
        stack.uploads.save(transaction, upload)
        return
    held = upload.stopped([by_review(case.case_id)], now=now)
    stack.uploads.save(transaction, held)
    announce(stack, transaction, held)


def _case_for(stack: Stack, transaction: Transaction, entry_id: str) -> Case:
    """The undecided case that this entry's matches are brought to, or a new one."""
    known = stack.cases.case_about(entry_id)
    case = stack.cases.case(known) if known is not None else None
    if case is not None and case.undecided and len(case.uploads) < MAX_UPLOADS:
        return case
    now = stack.now()
    case_id = new_id(now)
    stack.cases.point_to_case(transaction, entry_id, case_id, was=known)
    deadline = removal_deadline(now, stack.settings.removal_time)
    return Case(case_id, CaseState.OPEN, Origin.MATCH, opened_at=now, deadline=deadline)


def _told(match: Match) -> dict[str, object]:
    return {"entry_id": match.entry_id, "distance": match.distance, "view": match.view, "exact": match.exact}

"""What a match does to an upload: blocked with nobody looking, or held and brought to reviewers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.bank.match import Match
from staydown.domain.bank.verdicts import Verdict
from staydown.domain.cases.case import MAX_CASE_UPLOADS, Case, CaseOrigin
from staydown.domain.cases.deadlines import removal_deadline
from staydown.domain.cases.states import CaseState
from staydown.domain.events import EventType
from staydown.domain.ids import new_id
from staydown.domain.uploads.stops import match_stop, review_stop
from staydown.domain.uploads.upload import Upload, UploadState
from staydown.services.cases.save_case import save_case
from staydown.services.uploads.record_upload import SYSTEM, record_upload

MAX_RECORDED_MATCHES = 10
"""Of the entries an upload matches, the nearest are recorded; one is enough to stop it."""


def apply_match(stack: Stack, upload: Upload, verdict: Verdict, matches: tuple[Match, ...]) -> None:
    """Carry out `block` or `review` on an upload as it was read; ConcurrentChange if it moved on since."""
    upload = replace(upload, matches=matches[:MAX_RECORDED_MATCHES])
    transaction = stack.transaction()
    if verdict is Verdict.BLOCK:
        _block(stack, transaction, upload)
    else:
        _queue_for_review(stack, transaction, upload)
    transaction.commit()


@dataclass(frozen=True, slots=True)
class CandidateCases:
    """cases: the undecided ones about what an upload matches, that of the nearest first, as far as they have
    room for it. nearest: the case to which the nearest of its entries points, decided or not.

    All of them: whoever claims a picture has it decided by their own clock, whatever else is claimed.
    """

    cases: tuple[Case, ...]
    nearest_case_id: str | None


def candidate_cases(stack: Stack, upload: Upload, matches: Sequence[Match]) -> CandidateCases:
    pointed = [stack.cases.case_for_entry(match.entry_id) for match in matches[:MAX_RECORDED_MATCHES]]
    found = (stack.cases.get_case(case_id) for case_id in dict.fromkeys(pointed) if case_id is not None)
    cases = tuple(
        case
        for case in found
        if case is not None
        and case.undecided
        and (upload.upload_id in case.uploads or len(case.uploads) < MAX_CASE_UPLOADS)
        and case.reference_entry_id not in upload.match_exclusions  # a reviewer took it out of there
    )
    return CandidateCases(cases, pointed[0])


def emit_upload_event(stack: Stack, transaction: Transaction, upload: Upload) -> None:
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
    stopped = upload.with_stops([match_stop(match.entry_id) for match in upload.matches], now=now)
    details = {"matches": [_match_details(match) for match in upload.matches]}
    action = f"upload.{stopped.state.value}"
    recorded = record_upload(stack, transaction, stopped, action=action, details=details)
    stack.uploads.save(transaction, recorded)
    for match in upload.matches:
        stack.uploads.link_entry(transaction, upload.upload_id, match.entry_id)
    emit_upload_event(stack, transaction, stopped)


def _queue_for_review(stack: Stack, transaction: Transaction, upload: Upload) -> None:
    """Hold it (unless it is public already: hiding that is a person's choice) and put it into the cases."""
    matches = upload.matches
    asked = candidate_cases(stack, upload, matches)
    cases = asked.cases or (
        _new_case(stack, transaction, matches[0].entry_id, expected_case_id=asked.nearest_case_id),
    )
    for place, case in enumerate(cases):
        _add_to_case(stack, transaction, case, upload, matches if place == 0 else ())
        upload = upload.with_case(case.case_id)
    for match in matches:
        stack.uploads.link_entry(transaction, upload.upload_id, match.entry_id)
    if upload.state is UploadState.PUBLISHED:
        stack.uploads.save(transaction, upload)
        return
    # It waits for the nearest alone: who refuses one of the claims has looked at what it is.
    held = upload.with_stops([review_stop(cases[0].case_id)], now=stack.now())
    stack.uploads.save(transaction, held)
    emit_upload_event(stack, transaction, held)


def _add_to_case(
    stack: Stack, transaction: Transaction, case: Case, upload: Upload, matches: Sequence[Match]
) -> None:
    """matches: those that the case is about from now on; told with one of its cases, and so counted once.

    A case that no valid report stands behind has a clock from here on: nobody is held without one.
    """
    now = stack.now()
    deadline = case.deadline or removal_deadline(now, stack.settings.removal_period)
    joined = replace(case, deadline=deadline).with_upload(upload.upload_id)
    if upload.state is not UploadState.PUBLISHED:
        joined = replace(joined, deferral=None)  # somebody waits for it
    joined = joined.with_entries(tuple(match.entry_id for match in matches))
    details: dict[str, object] = {"upload_id": upload.upload_id}
    if matches:
        details["matches"] = [_match_details(match) for match in matches]
    new = case.version == 0
    action = "case.opened" if new else "case.upload_added"
    save_case(stack, transaction, joined, actor=SYSTEM, action=action, details=details)
    if new:
        opened = {"case_id": case.case_id, "origin": case.origin.value}
        stack.outbox.add(transaction, EventType.CASE_OPENED, opened, at=now)


def _new_case(stack: Stack, transaction: Transaction, entry_id: str, *, expected_case_id: str | None) -> Case:
    """To which this entry's matches are brought from now on."""
    now = stack.now()
    case = Case(new_id(now), CaseState.OPEN, CaseOrigin.MATCH, opened_at=now, deadline=None)
    stack.cases.route_entry(transaction, entry_id, case.case_id, expected=expected_case_id)
    return case


def _match_details(match: Match) -> dict[str, object]:
    return {"entry_id": match.entry_id, "distance": match.distance, "view": match.view, "exact": match.exact}

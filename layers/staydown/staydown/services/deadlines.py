"""The clock of the law: a warning while there is time, and at the deadline the image is hidden.

Runs every minute. Each case is one transaction and is read again before it is written, so this may run twice
at the same time, stop anywhere, and be run again: what was done is not done again, the rest is, next time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.cases.case import Case
from staydown.domain.events import EventType
from staydown.domain.uploads.stops import deadline_stop
from staydown.services.cases.save_case import save_case
from staydown.services.retries import retry_on_conflict
from staydown.services.uploads.apply_match import emit_upload_event
from staydown.services.uploads.record_upload import SYSTEM, record_upload


@dataclass(slots=True)
class DeadlineRun:
    """near, overdue: how many undecided cases are. warned, hidden: ids of those that this run told of, or
    hid. failed: of those with which something went wrong; the next run tries them again."""

    near: int = 0
    overdue: int = 0
    warned: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def watch_deadlines(stack: Stack, on_failure: Callable[[str, Exception], None]) -> DeadlineRun:
    """Go through the cases whose deadline is near or over, the nearest first.

    report: is told of a case that failed, by its id; the others are done all the same.
    """
    watched = DeadlineRun()
    for listed in _cases_near_deadline(stack):
        due = stack.settings.deadline_policy.should_hide(listed.deadline, stack.now())
        watched.overdue += due
        watched.near += not due
        try:
            # The queue lags behind the cases, but what it says was done, was.
            if (
                due
                and (listed.overdue_at is None or listed.uploads_to_hide)
                and _hide_overdue(stack, listed.case_id)
            ):
                watched.hidden.append(listed.case_id)
            elif not due and listed.deadline_warned_at is None and _warn(stack, listed.case_id):
                watched.warned.append(listed.case_id)
        except Exception as error:  # noqa: BLE001 (one case that can't be hidden must not keep others up)
            on_failure(listed.case_id, error)
            watched.failed.append(listed.case_id)
    return watched


def _cases_near_deadline(stack: Stack) -> Iterator[Case]:
    for listed in stack.cases.iterate_undecided_cases():
        if not stack.settings.deadline_policy.should_warn(listed.deadline, stack.now()):
            return
        yield listed


@retry_on_conflict
def _warn(stack: Stack, case_id: str) -> bool:
    """Tell of a case that is not decided yet; whether that was still to be done."""
    case = stack.cases.get_case(case_id)
    now = stack.now()
    if case is None or not case.undecided or case.deadline is None or case.deadline_warned_at is not None:
        return False
    transaction = stack.transaction()
    told = {"deadline": case.deadline.isoformat()}
    warned = replace(case, deadline_warned_at=now)
    save_case(stack, transaction, warned, actor=SYSTEM, action="case.deadline_near", details=told)
    stack.outbox.add(transaction, EventType.CASE_DEADLINE_NEAR, {"case_id": case_id, **told}, at=now)
    transaction.commit()
    return True


@retry_on_conflict
def _hide_overdue(stack: Stack, case_id: str) -> bool:
    """Hide what is not hidden yet of a case that is not decided; whether anything was to be done."""
    case = stack.cases.get_case(case_id)
    now = stack.now()
    if case is None or not case.undecided or case.deadline is None:
        return False
    new = case.uploads_to_hide
    if case.overdue_at is not None and not new:
        return False
    transaction = stack.transaction()
    hidden = [upload_id for upload_id in new if _hide_upload(stack, transaction, case, upload_id)]
    told = {"deadline": case.deadline.isoformat(), "uploads": hidden}
    overdue = replace(
        case,
        overdue_at=case.overdue_at or now,
        hidden_uploads=(*case.hidden_uploads, *new),
        revision=case.revision + 1,
    )
    save_case(stack, transaction, overdue, actor=SYSTEM, action="case.overdue", details=told)
    stack.outbox.add(transaction, EventType.CASE_OVERDUE, {"case_id": case_id, **told}, at=now)
    transaction.commit()
    return True


def _hide_upload(stack: Stack, transaction: Transaction, case: Case, upload_id: str) -> bool:
    """Add one more stop to it: the event that this sends has its public copy taken away."""
    upload = stack.uploads.get(upload_id)
    if upload is None:
        return False
    hidden = upload.with_stops([deadline_stop(case.case_id)], now=stack.now())
    if hidden is upload:
        return False
    details = {"case_id": case.case_id, "state": hidden.state.value}
    hidden = record_upload(stack, transaction, hidden, action="upload.hidden", details=details)
    stack.uploads.save(transaction, hidden)
    if hidden.state is not upload.state:
        emit_upload_event(stack, transaction, hidden)
    return True

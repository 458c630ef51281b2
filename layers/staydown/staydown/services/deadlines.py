"""Statutory deadlines: a warning while there is time, and at the deadline the image is hidden.

Runs every minute. Each case is read again and written in a transaction of its own. So two runs may overlap,
and a run that stops anywhere is completed by the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from staydown.aws.stack import Stack
from staydown.domain.audit.actions import AuditAction
from staydown.domain.audit.case_details import DeadlinePassed
from staydown.domain.audit.details import ActionOnly
from staydown.domain.audit.upload_details import UploadHidden
from staydown.domain.cases.case import Case
from staydown.domain.events import CaseDeadlineNear, CaseOverdue, UploadStateChanged
from staydown.domain.uploads.stops import deadline_stop
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import UnitOfWork


@dataclass(slots=True)
class DeadlineRun:
    """What one run found and did."""

    near: int = 0
    """How many undecided cases are near their deadline."""
    overdue: int = 0
    """How many undecided cases are past it."""
    warned: list[str] = field(default_factory=list)
    """Ids of the cases that the run warned of."""
    hidden: list[str] = field(default_factory=list)
    """Ids of the cases whose uploads the run hid."""
    failed: list[str] = field(default_factory=list)
    """Ids of the cases that failed; the next run tries them again."""


def watch_deadlines(stack: Stack, on_failure: Callable[[str, Exception], None]) -> DeadlineRun:
    """Warn of cases near their deadline, and hide the uploads of overdue cases, the nearest deadline first.

    on_failure: called with the id of each case that failed; the other cases are processed all the same.
    """
    run = DeadlineRun()
    for listed in _cases_near_deadline(stack):
        due = stack.settings.deadline_policy.should_hide(listed.deadline, stack.now())
        run.overdue += due
        run.near += not due
        try:
            # The queue may lag: it may list a case that is done, but it never lists as done one that is not.
            if (
                due
                and (listed.overdue_at is None or listed.uploads_to_hide)
                and _hide_overdue(stack, listed.case_id)
            ):
                run.hidden.append(listed.case_id)
            elif not due and listed.deadline_warned_at is None and _warn(stack, listed.case_id):
                run.warned.append(listed.case_id)
        except Exception as error:  # noqa: BLE001 (one case that can't be hidden must not keep others up)
            on_failure(listed.case_id, error)
            run.failed.append(listed.case_id)
    return run


def _cases_near_deadline(stack: Stack) -> Iterator[Case]:
    for listed in stack.cases.iterate_undecided_cases():
        if not stack.settings.deadline_policy.should_warn(listed.deadline, stack.now()):
            return
        yield listed


@retry_on_conflict
def _warn(stack: Stack, case_id: str) -> bool:
    """Warn of an undecided case. Return whether the warning was still to be given."""
    uow = UnitOfWork(stack)
    case = stack.cases.get_case(case_id)
    if case is None or not case.undecided or case.deadline is None or case.deadline_warned_at is not None:
        return False
    warned = replace(case, deadline_warned_at=uow.now)
    uow.record(warned, ActionOnly(AuditAction.CASE_DEADLINE_NEAR), CaseDeadlineNear(case_id, case.deadline))
    uow.commit()
    return True


@retry_on_conflict
def _hide_overdue(stack: Stack, case_id: str) -> bool:
    """Hide the uploads of an undecided case that are not hidden yet. Return whether there was a change."""
    uow = UnitOfWork(stack)
    case = stack.cases.get_case(case_id)
    if case is None or not case.undecided or case.deadline is None:
        return False
    to_hide = case.uploads_to_hide
    if case.overdue_at is not None and not to_hide:
        return False
    hidden = tuple(upload_id for upload_id in to_hide if _hide_upload(uow, case, upload_id))
    overdue = replace(
        case,
        overdue_at=case.overdue_at or uow.now,
        hidden_uploads=(*case.hidden_uploads, *to_hide),
        revision=case.revision + 1,
    )
    uow.record(overdue, DeadlinePassed(hidden), CaseOverdue(case_id, case.deadline, hidden))
    uow.commit()
    return True


def _hide_upload(uow: UnitOfWork, case: Case, upload_id: str) -> bool:
    """Add a stop to the upload; its event has the public copy removed. Return whether there was a change."""
    upload = uow.stack.uploads.get(upload_id)
    if upload is None:
        return False
    hidden = upload.with_stops([deadline_stop(case.case_id)], now=uow.now)
    if hidden is upload:
        return False
    events = [UploadStateChanged.of(hidden)] if hidden.state is not upload.state else []
    uow.record(hidden, UploadHidden(case.case_id, hidden.state), *events)
    return True

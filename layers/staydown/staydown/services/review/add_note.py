"""Adding a note for other reviewers to a case. It is erased with the case."""

from __future__ import annotations

from dataclasses import replace

from staydown.aws.stack import Stack
from staydown.domain.audit.actions import AuditAction
from staydown.domain.audit.details import ActionOnly
from staydown.domain.cases.case import Case
from staydown.domain.cases.notes import Note, append_note
from staydown.services.access.cases import Viewer, open_case
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import UnitOfWork


@retry_on_conflict
def add_note(stack: Stack, *, case_id: str, viewer: Viewer, text: str) -> Case:
    """Add a note; the same note twice is one. The audit records that it was added, not its text.

    The revision stays, so that a note never delays another reviewer's decision. Raise what `open_case` and
    `append_note` raise.
    """
    case = open_case(stack, case_id, viewer, part="notes")
    uow = UnitOfWork(stack, viewer.actor)
    notes = append_note(case.notes, Note(viewer.reviewer, uow.now, text))
    if notes == case.notes:
        return case
    case = uow.record(replace(case, notes=notes), ActionOnly(AuditAction.NOTE_ADDED))
    uow.commit()
    return case

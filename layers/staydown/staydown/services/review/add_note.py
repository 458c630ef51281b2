"""A reviewer leaves a note with a case, for other reviewers alone. It goes with the case."""

from __future__ import annotations

from dataclasses import replace

from staydown.aws.stack import Stack
from staydown.domain.cases.case import Case
from staydown.domain.cases.notes import Note, append_note
from staydown.services.cases.save_case import save_case
from staydown.services.retries import retry_on_conflict
from staydown.services.review.view_case import Viewer, open_case


@retry_on_conflict
def add_note(stack: Stack, *, case_id: str, viewer: Viewer, text: str) -> Case:
    """Told twice, it is one note. On record is that it was left, not what it says.

    Raises what `open_case` and `with_note` do. The revision stays: a note keeps nobody's decision up.
    """
    case = open_case(stack, case_id, viewer, part="notes")
    notes = append_note(case.notes, Note(viewer.reviewer, stack.now(), text))
    if notes == case.notes:
        return case
    transaction = stack.transaction()
    case = replace(case, notes=notes)
    case = save_case(stack, transaction, case, actor=viewer.reviewer, action="note.left", details={})
    transaction.commit()
    return case

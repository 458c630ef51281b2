"""A reviewer leaves a note with a case, for other reviewers alone. It goes with the case."""

from __future__ import annotations

from dataclasses import replace

from staydown.aws.stack import Stack
from staydown.domain.cases import Case
from staydown.domain.notes import Note, with_note
from staydown.services.cases.save_case import save_case
from staydown.services.retrying import retried
from staydown.services.review.view_case import Onlooker, open_case


@retried
def leave_note(stack: Stack, *, case_id: str, onlooker: Onlooker, text: str) -> Case:
    """Told twice, it is one note. On record is that it was left, not what it says.

    Raises what `open_case` and `with_note` do. The revision stays: a note keeps nobody's decision up.
    """
    case = open_case(stack, case_id, onlooker, what="notes")
    notes = with_note(case.notes, Note(onlooker.reviewer, stack.now(), text))
    if notes == case.notes:
        return case
    transaction = stack.transaction()
    case = replace(case, notes=notes)
    case = save_case(stack, transaction, case, actor=onlooker.reviewer, action="note.left", details={})
    transaction.commit()
    return case

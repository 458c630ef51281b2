"""What reviewers leave for each other with a case, and who of them has it open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from staydown.domain.errors import Conflict, InvalidRequest

MAX_NOTES = 30
MAX_NOTE_BYTES = 1000
"""They are in the item of the case, and DynamoDB takes 400 KB in one."""

PRESENCE_TIMEOUT = timedelta(minutes=3)
"""How long after a reviewer has read a case others are told. The page reads it every half a minute."""


@dataclass(frozen=True, slots=True)
class Note:
    author: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class ReviewerPresence:
    """reviewer: who. at: when they last read the case."""

    reviewer: str
    last_seen_at: datetime


def append_note(notes: tuple[Note, ...], note: Note) -> tuple[Note, ...]:
    """InvalidRequest for a note that is too long, Conflict when there is no room for another.

    What its writer says twice in a row is said once: the first answer was lost.
    """
    size = len(note.text.encode())
    if size > MAX_NOTE_BYTES:
        raise InvalidRequest(
            f"A note takes {MAX_NOTE_BYTES} bytes in UTF-8; this one has {size}.",
            pointers={"/text": f"{MAX_NOTE_BYTES} bytes at most"},
        )
    if notes and (notes[-1].author, notes[-1].text) == (note.author, note.text):
        return notes
    if len(notes) >= MAX_NOTES:
        raise Conflict(f"The case has {MAX_NOTES} notes, and takes no more.")
    return (*notes, note)

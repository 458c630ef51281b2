"""Notes that reviewers leave on a case, and which reviewers have the case open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from staydown.domain.errors import Conflict, InvalidRequest

MAX_NOTES = 30
MAX_NOTE_BYTES = 1000
"""Notes are part of the case's item, and a DynamoDB item holds at most 400 KB."""

PRESENCE_TIMEOUT = timedelta(minutes=3)
"""How long a reviewer counts as present after reading a case. The page reads it every 30 seconds."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note for the other reviewers of a case."""

    author: str
    """The reviewer's id."""
    at: datetime
    """When the note was written."""
    text: str
    """At most MAX_NOTE_BYTES bytes in UTF-8."""


@dataclass(frozen=True, slots=True)
class ReviewerPresence:
    """A reviewer who has a case open."""

    reviewer: str
    """The reviewer's id."""
    last_seen_at: datetime
    """When the reviewer last read the case."""


def append_note(notes: tuple[Note, ...], note: Note) -> tuple[Note, ...]:
    """Return the notes with one more, or unchanged if the last one has the same author and text (a retry).

    Raise InvalidRequest for a note that is too long, and Conflict if there are MAX_NOTES already.
    """
    size = len(note.text.encode())
    if size > MAX_NOTE_BYTES:
        raise InvalidRequest(
            f"A note has at most {MAX_NOTE_BYTES} bytes in UTF-8. This one has {size}.",
            pointers={"/text": f"at most {MAX_NOTE_BYTES} bytes"},
        )
    if notes and (notes[-1].author, notes[-1].text) == (note.author, note.text):
        return notes
    if len(notes) >= MAX_NOTES:
        raise Conflict(f"The case already has {MAX_NOTES} notes, the maximum.")
    return (*notes, note)

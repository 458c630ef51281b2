"""Stops: what keeps an upload from being public, and what causes each stop."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class StopKind(StrEnum):
    BLOCK = "block"
    """Until the cause is reversed."""
    HOLD = "hold"
    """Until the cause is decided."""


class StopCauseKind(StrEnum):
    CASE = "case"
    """A decided case that is about the upload."""
    ENTRY = "entry"
    """A confirmed entry of the bank that the upload matches."""
    REVIEW = "review"
    """A case about a match of the upload, until it is decided."""
    DEADLINE = "deadline"
    """A case that was not decided in time, until it is decided."""
    SCAN = "scan"
    """A scan that failed."""


@dataclass(frozen=True, slots=True)
class StopCause:
    """What causes a stop: the stop is removed when the cause ends."""

    kind: StopCauseKind
    """The kind of the cause."""
    id: str = ""
    """The id of the case or entry; empty for a scan."""

    def __str__(self) -> str:
        """Return the stored text, such as `entry:{id}` or `scan`."""
        return f"{self.kind.value}:{self.id}" if self.id else self.kind.value

    @classmethod
    def parse(cls, text: str) -> StopCause:
        """Read the stored text. Raise ValueError for an unknown kind."""
        kind, _, cause_id = text.partition(":")
        return cls(StopCauseKind(kind), cause_id)


class StopReason(StrEnum):
    """Why an upload is in its state. The decoder has further codes (see imaging.limits)."""

    MATCHES_CONFIRMED_ENTRY = "matches_confirmed_entry"
    NEEDS_REVIEW = "needs_review"
    JUDGED_VIOLATING = "judged_violating"
    """Found violating by a reviewer. Also for a suspected child, so that the code warns nobody."""
    DEADLINE_PASSED = "deadline_passed"
    SCAN_FAILED = "scan_failed"
    ACCOUNT_BLOCKED = "account_blocked"
    MALFORMED_KEY = "malformed_key"
    TICKET_USED = "ticket_used"
    CONTENT_TYPE_MISMATCH = "content_type_mismatch"
    IMAGE_MISSING = "image_gone"


@dataclass(frozen=True, slots=True)
class Stop:
    """One reason that keeps an upload from being public."""

    cause: str
    """The text of a `StopCause`."""
    kind: StopKind
    """Whether the upload is blocked or held."""
    reason: StopReason
    """The code that the platform sees."""


def decision_stop(case_id: str, reason: StopReason = StopReason.JUDGED_VIOLATING) -> Stop:
    """Return the stop of a decision about this upload."""
    return Stop(str(StopCause(StopCauseKind.CASE, case_id)), StopKind.BLOCK, reason)


def match_stop(entry_id: str) -> Stop:
    """Return the stop of a match with a confirmed entry, without human review."""
    cause = StopCause(StopCauseKind.ENTRY, entry_id)
    return Stop(str(cause), StopKind.BLOCK, StopReason.MATCHES_CONFIRMED_ENTRY)


def review_stop(case_id: str) -> Stop:
    """Return the hold until a case about a match is decided."""
    return Stop(str(StopCause(StopCauseKind.REVIEW, case_id)), StopKind.HOLD, StopReason.NEEDS_REVIEW)


def deadline_stop(case_id: str) -> Stop:
    """Return the hold until a case that is late is decided."""
    return Stop(str(StopCause(StopCauseKind.DEADLINE, case_id)), StopKind.HOLD, StopReason.DEADLINE_PASSED)


def pending_case_causes(case_id: str) -> tuple[str, str]:
    """Return the causes that end when a case is decided or closed, whatever the decision."""
    return review_stop(case_id).cause, deadline_stop(case_id).cause


SCAN_FAILURE_STOP = Stop(str(StopCause(StopCauseKind.SCAN)), StopKind.HOLD, StopReason.SCAN_FAILED)
"""The hold after the last attempt to scan failed: an operator has to act."""

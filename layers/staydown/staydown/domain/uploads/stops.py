"""Stops: what keeps an upload from the public, and what has to go for each of them to go."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class StopKind(StrEnum):
    BLOCK = "block"
    HOLD = "hold"


class StopReason(StrEnum):
    """Why an upload is in its state; decoding adds its own codes (see imaging.decode)."""

    MATCHES_CONFIRMED_ENTRY = "matches_confirmed_entry"
    NEEDS_REVIEW = "needs_review"
    JUDGED_VIOLATING = "judged_violating"
    """By a reviewer; also where a child is suspected: only the case says so, to warn nobody."""
    DEADLINE_PASSED = "deadline_passed"
    SCAN_FAILED = "scan_failed"
    ACCOUNT_BLOCKED = "account_blocked"
    MALFORMED_KEY = "malformed_key"
    TICKET_USED = "ticket_used"
    CONTENT_TYPE_MISMATCH = "content_type_mismatch"
    IMAGE_MISSING = "image_gone"


@dataclass(frozen=True, slots=True)
class Stop:
    """One thing that stops an upload. cause: what has to go for the stop to go."""

    cause: str
    kind: StopKind
    reason: StopReason


def decision_stop(case_id: str, reason: StopReason = StopReason.JUDGED_VIOLATING) -> Stop:
    """A reviewer judged this very upload."""
    return Stop(f"case:{case_id}", StopKind.BLOCK, reason)


def match_stop(entry_id: str) -> Stop:
    """It matches a confirmed entry of the bank; nobody had to look."""
    return Stop(f"entry:{entry_id}", StopKind.BLOCK, StopReason.MATCHES_CONFIRMED_ENTRY)


def review_stop(case_id: str) -> Stop:
    """A case has to be decided first."""
    return Stop(f"review:{case_id}", StopKind.HOLD, StopReason.NEEDS_REVIEW)


def deadline_stop(case_id: str) -> Stop:
    """A case was not decided in time; hidden until it is."""
    return Stop(f"deadline:{case_id}", StopKind.HOLD, StopReason.DEADLINE_PASSED)


def pending_case_causes(case_id: str) -> tuple[str, str]:
    """The causes that go when a case is decided or closed, whatever the decision is."""
    return review_stop(case_id).cause, deadline_stop(case_id).cause


SCAN_FAILURE_STOP = Stop("scan", StopKind.HOLD, StopReason.SCAN_FAILED)
"""The scan failed for good; an operator has to look."""

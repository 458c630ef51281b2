"""What the outside is told. Nothing personal, no hashes, no free text, no addresses of images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventType(StrEnum):
    UPLOAD_PUBLISHED = "upload.published"
    UPLOAD_HELD = "upload.held"
    UPLOAD_BLOCKED = "upload.blocked"
    UPLOAD_REMOVED = "upload.removed"
    UPLOAD_REJECTED = "upload.rejected"
    UPLOAD_RELEASED = "upload.released"
    UPLOAD_REVIEWED = "upload.reviewed"
    """A case that it was in is over, and its state is as it was: what else does the bank say of it?"""
    ACCOUNT_BLOCKED = "account.blocked"
    ACCOUNT_UNBLOCKED = "account.unblocked"
    ACCOUNT_WARNED = "account.warned"
    REPORTER_WARNED = "reporter.warned"
    REPORTER_SUSPENDED = "reporter.suspended"
    REPORTER_RESUMED = "reporter.resumed"
    REPORT_FILED = "report.filed"
    REPORT_COMPLETED = "report.completed"
    CASE_OPENED = "case.opened"
    CASE_DEADLINE_NEAR = "case.deadline_near"
    CASE_OVERDUE = "case.overdue"
    CASE_DECIDED = "case.decided"
    CASE_REVERSED = "case.reversed"
    CASE_WITHDRAWN = "case.withdrawn"
    OPINION_GIVEN = "opinion.given"
    APPEAL_FILED = "appeal.filed"
    APPEAL_DECIDED = "appeal.decided"
    MISUSE_OPENED = "misuse.opened"
    MISUSE_DECIDED = "misuse.decided"
    BANK_CHANGED = "bank.changed"
    NOTICE_ISSUED = "notice.issued"
    BANK_SWEPT = "bank.swept"


@dataclass(frozen=True, slots=True)
class Event:
    """event_id: stable over every delivery, so a receiver can drop what it has seen. detail: plain JSON."""

    event_id: str
    type: EventType
    at: datetime
    detail: Mapping[str, object]

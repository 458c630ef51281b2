"""The events that Staydown publishes. They carry no personal data, hash, free text or address of an image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Self

from staydown.domain.accounts.account import Account
from staydown.domain.accounts.misuse import MisuseOutcome
from staydown.domain.cases.appeals import AppealOutcome
from staydown.domain.cases.case import CaseOrigin
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.plain_values import OMIT_DEFAULT, from_plain, to_plain
from staydown.domain.uploads.upload import Upload, UploadState


class EventType(StrEnum):
    UPLOAD_PUBLISHED = "upload.published"
    UPLOAD_HELD = "upload.held"
    UPLOAD_BLOCKED = "upload.blocked"
    UPLOAD_REMOVED = "upload.removed"
    UPLOAD_REJECTED = "upload.rejected"
    UPLOAD_RELEASED = "upload.released"
    UPLOAD_REVIEWED = "upload.reviewed"
    """A case of the upload is closed and its state did not change; the rest of the bank is checked again."""
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
    """One thing that happened. The field names are the published keys."""

    TYPE: ClassVar[EventType]

    @property
    def type(self) -> EventType:
        return self.TYPE

    def detail(self) -> dict[str, object]:
        """Return the published detail, as plain JSON values."""
        return to_plain(self)

    @classmethod
    def of_envelope(cls, envelope: EventEnvelope) -> Self:
        """Return the event of an envelope. Raise TypeError or ValueError where the detail does not fit."""
        return from_plain(cls, envelope.detail)


@dataclass(frozen=True, slots=True)
class UploadStateChanged(Event):
    """An upload entered the state that its event type names."""

    upload_id: str
    platform: str
    account_id: str
    key: str
    state: UploadState
    reason: str | None

    @property
    def type(self) -> EventType:
        return _TYPE_OF_STATE[self.state]

    @classmethod
    def of(cls, upload: Upload) -> UploadStateChanged:
        return cls(
            upload.upload_id, upload.platform, upload.account_id, upload.key, upload.state, upload.reason
        )


_TYPE_OF_STATE: Mapping[UploadState, EventType] = {
    UploadState.RECEIVED: EventType.UPLOAD_RELEASED,
    UploadState.PUBLISHED: EventType.UPLOAD_PUBLISHED,
    UploadState.HELD: EventType.UPLOAD_HELD,
    UploadState.BLOCKED: EventType.UPLOAD_BLOCKED,
    UploadState.REMOVED: EventType.UPLOAD_REMOVED,
    UploadState.REJECTED: EventType.UPLOAD_REJECTED,
}


@dataclass(frozen=True, slots=True)
class UploadReviewed(Event):
    """A case of the upload is closed and the upload keeps its state: it has to be checked again."""

    TYPE = EventType.UPLOAD_REVIEWED
    upload_id: str


@dataclass(frozen=True, slots=True)
class AccountBlockChanged(Event):
    """A block was added to an account or taken from it.

    case_id, review_id: the case or the misuse review of the block; both are absent for a manual block.
    blocked: whether any block is left.
    """

    platform: str
    account_id: str
    case_id: str | None
    review_id: str | None = field(default=None, metadata=OMIT_DEFAULT, kw_only=True)
    blocked: bool

    @classmethod
    def of(cls, account: Account, *, case_id: str | None = None, review_id: str | None = None) -> Self:
        """Return the event of an account as it is after the change."""
        return cls(account.platform, account.account_id, case_id, account.blocked, review_id=review_id)


@dataclass(frozen=True, slots=True)
class AccountBlocked(AccountBlockChanged):
    TYPE = EventType.ACCOUNT_BLOCKED


@dataclass(frozen=True, slots=True)
class AccountUnblocked(AccountBlockChanged):
    TYPE = EventType.ACCOUNT_UNBLOCKED


@dataclass(frozen=True, slots=True)
class AccountWarned(Event):
    """uploads: the ids of the uploads that the warning is about."""

    TYPE = EventType.ACCOUNT_WARNED
    platform: str
    account_id: str
    uploads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReporterEvent(Event):
    """A misuse review of a verified reporter had a consequence."""

    review_id: str


@dataclass(frozen=True, slots=True)
class ReporterWarned(ReporterEvent):
    TYPE = EventType.REPORTER_WARNED


@dataclass(frozen=True, slots=True)
class ReporterSuspended(ReporterEvent):
    TYPE = EventType.REPORTER_SUSPENDED


@dataclass(frozen=True, slots=True)
class ReporterResumed(ReporterEvent):
    TYPE = EventType.REPORTER_RESUMED


@dataclass(frozen=True, slots=True)
class ReportFiled(Event):
    TYPE = EventType.REPORT_FILED
    case_number: str


@dataclass(frozen=True, slots=True)
class ReportCompleted(Event):
    TYPE = EventType.REPORT_COMPLETED
    case_number: str


@dataclass(frozen=True, slots=True)
class CaseOpened(Event):
    TYPE = EventType.CASE_OPENED
    case_id: str
    origin: CaseOrigin


@dataclass(frozen=True, slots=True)
class CaseDeadlineNear(Event):
    TYPE = EventType.CASE_DEADLINE_NEAR
    case_id: str
    deadline: datetime


@dataclass(frozen=True, slots=True)
class CaseOverdue(Event):
    """uploads: the ids of the uploads that the deadline hid."""

    TYPE = EventType.CASE_OVERDUE
    case_id: str
    deadline: datetime
    uploads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseDecided(Event):
    TYPE = EventType.CASE_DECIDED
    case_id: str
    outcome: DecisionOutcome
    uploads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseReversed(Event):
    TYPE = EventType.CASE_REVERSED
    case_id: str
    uploads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseWithdrawn(Event):
    TYPE = EventType.CASE_WITHDRAWN
    case_id: str


@dataclass(frozen=True, slots=True)
class OpinionGiven(Event):
    TYPE = EventType.OPINION_GIVEN
    case_id: str
    agrees: bool


@dataclass(frozen=True, slots=True)
class AppealFiled(Event):
    """case_id: absent where it would reveal another platform's image. upload_id: of a match appeal."""

    TYPE = EventType.APPEAL_FILED
    appeal_id: str
    case_id: str | None
    upload_id: str | None = field(default=None, metadata=OMIT_DEFAULT, kw_only=True)
    platform: str
    account_id: str


@dataclass(frozen=True, slots=True)
class AppealDecided(Event):
    """case_id, upload_id: as in AppealFiled."""

    TYPE = EventType.APPEAL_DECIDED
    appeal_id: str
    outcome: AppealOutcome
    case_id: str | None
    upload_id: str | None = field(default=None, metadata=OMIT_DEFAULT, kw_only=True)
    platform: str
    account_id: str


@dataclass(frozen=True, slots=True)
class MisuseOpened(Event):
    TYPE = EventType.MISUSE_OPENED
    review_id: str


@dataclass(frozen=True, slots=True)
class MisuseDecided(Event):
    TYPE = EventType.MISUSE_DECIDED
    review_id: str
    outcome: MisuseOutcome


@dataclass(frozen=True, slots=True)
class BankChanged(Event):
    """Entries of the bank stop other images than before: the published images are swept.

    seq: the number of the last change of the bank that this is about.
    """

    TYPE = EventType.BANK_CHANGED
    entries: tuple[str, ...]
    seq: int


@dataclass(frozen=True, slots=True)
class BankSwept(Event):
    TYPE = EventType.BANK_SWEPT
    sweep_id: str
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoticeIssued(Event):
    """platform, account_id: of a notice to an account holder. case_number: of a notice to a reporter."""

    TYPE = EventType.NOTICE_ISSUED
    notice_id: str
    kind: str
    party: str
    platform: str | None
    account_id: str | None
    case_number: str | None


@dataclass(frozen=True, slots=True)
class EventEnvelope:
    """An event with its delivery data.

    event_id: stable over every delivery, so that a receiver can drop what it has seen. detail: plain JSON.
    """

    event_id: str
    type: EventType
    at: datetime
    detail: Mapping[str, object]

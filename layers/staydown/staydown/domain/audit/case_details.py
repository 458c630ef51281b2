"""What the audit of a case says: reports, decisions, appeals, reveals, legal holds and erasure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from staydown.domain.audit.actions import AuditAction
from staydown.domain.audit.details import AuditDetails, MatchDetails
from staydown.domain.cases.appeals import AppealOutcome, AppealParty
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.cases.states import CaseState
from staydown.domain.plain_values import OMIT_DEFAULT, UNPUBLISHED, keyed


@dataclass(frozen=True, slots=True)
class CaseReported(AuditDetails):
    """A report opened the case, or joined it."""

    opened: bool = field(metadata=UNPUBLISHED)
    uploads: tuple[str, ...] | None = field(default=None, metadata=OMIT_DEFAULT, kw_only=True)
    """Ids of the uploads that the report names in this case."""
    entries: tuple[str, ...] | None = field(default=None, metadata=OMIT_DEFAULT, kw_only=True)
    """Ids of the entries that its hashes are."""
    addresses: tuple[str, ...] | None = field(default=None, metadata=OMIT_DEFAULT, kw_only=True)
    """Always empty: an address is free text. The key says that the report names addresses alone."""
    valid: bool
    notice: bool
    """Whether this record counts the report: a report of several cases counts once."""

    @property
    def action(self) -> AuditAction:
        return AuditAction.CASE_OPENED if self.opened else AuditAction.CASE_REPORTED_AGAIN


@dataclass(frozen=True, slots=True)
class CaseMatched(AuditDetails):
    """A match opened the case, or added an upload to it."""

    opened: bool = field(metadata=UNPUBLISHED)
    upload_id: str
    matches: tuple[MatchDetails, ...] = field(default=(), metadata=OMIT_DEFAULT, kw_only=True)

    @property
    def action(self) -> AuditAction:
        return AuditAction.CASE_OPENED if self.opened else AuditAction.CASE_UPLOAD_ADDED


@dataclass(frozen=True, slots=True)
class CaseOpenedBySplit(AuditDetails):
    """The case was split from another one, with the reports that stay valid in it."""

    ACTION = AuditAction.CASE_OPENED
    split_from: str = field(metadata=keyed("separated_from"))
    uploads: tuple[str, ...]
    valid: bool
    notice: bool
    valid_since: datetime | None = field(default=None, metadata=OMIT_DEFAULT, kw_only=True)


@dataclass(frozen=True, slots=True)
class CaseSplit(AuditDetails):
    """Uploads of the case moved into another one."""

    ACTION = AuditAction.CASE_SPLIT
    into: str
    uploads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UploadRemovedFromCase(AuditDetails):
    """The upload left the case; a case without uploads is closed."""

    closed: bool = field(metadata=UNPUBLISHED)
    upload_id: str

    @property
    def action(self) -> AuditAction:
        return AuditAction.CASE_WITHDRAWN if self.closed else AuditAction.CASE_UPLOAD_REMOVED


@dataclass(frozen=True, slots=True)
class CaseDecided(AuditDetails):
    ACTION = AuditAction.CASE_DECIDED
    outcome: DecisionOutcome
    uploads: tuple[str, ...]
    entries: tuple[str, ...]
    """Ids of the entries that the decision supports."""
    accounts: int
    """How many accounts it blocked."""
    manifestly_unfounded: bool = field(default=False, metadata=OMIT_DEFAULT, kw_only=True)


@dataclass(frozen=True, slots=True)
class AppealDetails(AuditDetails):
    appeal_id: str
    outcome: AppealOutcome
    party: AppealParty


@dataclass(frozen=True, slots=True)
class CaseReversed(AppealDetails):
    """An appeal reversed what the decision did."""

    ACTION = AuditAction.CASE_REVERSED


@dataclass(frozen=True, slots=True)
class CaseOverturned(AppealDetails):
    """An appeal replaced a dismissal by a decision."""

    ACTION = AuditAction.CASE_OVERTURNED
    uploads: tuple[str, ...]
    entries: tuple[str, ...]
    accounts: int
    finding: DecisionOutcome


@dataclass(frozen=True, slots=True)
class AppealDecided(AppealDetails):
    """An appeal or a disagreement was decided without a change of the case."""

    upload_id: str | None = field(default=None, metadata=OMIT_DEFAULT, kw_only=True)
    still_blocked: bool | None = field(default=None, metadata=OMIT_DEFAULT, kw_only=True)

    @property
    def action(self) -> AuditAction:
        granted = self.outcome is AppealOutcome.GRANTED
        if self.party is AppealParty.DISAGREEMENT:
            return AuditAction.DISAGREEMENT_GRANTED if granted else AuditAction.DISAGREEMENT_DENIED
        return AuditAction.APPEAL_GRANTED if granted else AuditAction.APPEAL_DENIED


@dataclass(frozen=True, slots=True)
class AppealFiled(AuditDetails):
    ACTION = AuditAction.APPEAL_FILED
    appeal_id: str
    party: AppealParty | None = field(default=None, metadata=OMIT_DEFAULT | keyed("by"), kw_only=True)
    upload_id: str | None = field(default=None, metadata=OMIT_DEFAULT, kw_only=True)
    still_blocked: bool | None = field(default=None, metadata=OMIT_DEFAULT, kw_only=True)


@dataclass(frozen=True, slots=True)
class CaseCompleted(AuditDetails):
    ACTION = AuditAction.CASE_COMPLETED
    valid: bool


@dataclass(frozen=True, slots=True)
class DeadlinePassed(AuditDetails):
    ACTION = AuditAction.CASE_OVERDUE
    uploads: tuple[str, ...]
    """Ids of the uploads that were hidden."""


@dataclass(frozen=True, slots=True)
class LegalHoldSet(AuditDetails):
    ACTION = AuditAction.LEGAL_HOLD_SET
    reason: str


@dataclass(frozen=True, slots=True)
class ReportersErased(AuditDetails):
    ACTION = AuditAction.REPORTERS_ERASED
    reporters: int


@dataclass(frozen=True, slots=True)
class LockedCaseAccessed(AuditDetails):
    """A reviewer requested a part of a locked case."""

    allowed: bool = field(metadata=UNPUBLISHED)
    part: str = field(metadata=keyed("what"))

    @property
    def action(self) -> AuditAction:
        return AuditAction.LOCKED_CASE_VIEWED if self.allowed else AuditAction.LOCKED_CASE_REFUSED


@dataclass(frozen=True, slots=True)
class ImageRevealed(AuditDetails):
    ACTION = AuditAction.IMAGE_REVEALED
    upload_id: str
    sharp: bool
    entry_id: str | None = field(default=None, metadata=OMIT_DEFAULT, kw_only=True)
    """The entry whose picture it was compared with."""


@dataclass(frozen=True, slots=True)
class OpinionGiven(AuditDetails):
    ACTION = AuditAction.OPINION_GIVEN
    agrees: bool


@dataclass(frozen=True, slots=True)
class CaseErased(AuditDetails):
    ACTION = AuditAction.CASE_ERASED
    was: CaseState
    records: int
    digest: str

"""What the audit of an account, or of a verified reporter, says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from staydown.domain.accounts.misuse import EndReason, Intention, MisuseOutcome
from staydown.domain.accounts.strikes import MisuseSubjectKind
from staydown.domain.audit.actions import AuditAction
from staydown.domain.audit.details import AuditDetails
from staydown.domain.cases.decisions import ShownContent
from staydown.domain.plain_values import OMIT_DEFAULT, UNPUBLISHED, keyed


@dataclass(frozen=True, slots=True)
class ManualBlockChanged(AuditDetails):
    set: bool = field(metadata=UNPUBLISHED)
    still_blocked: bool

    @property
    def action(self) -> AuditAction:
        return AuditAction.ACCOUNT_BLOCKED if self.set else AuditAction.ACCOUNT_UNBLOCKED


@dataclass(frozen=True, slots=True)
class SubjectWarned(AuditDetails):
    """strikes: how many the window has. uploads or reports: of how many."""

    subject: MisuseSubjectKind = field(metadata=UNPUBLISHED)
    strikes: int
    uploads: int | None = field(default=None, metadata=OMIT_DEFAULT, kw_only=True)
    reports: int | None = field(default=None, metadata=OMIT_DEFAULT, kw_only=True)

    @property
    def action(self) -> AuditAction:
        return AuditAction(f"{self.subject.value}.warned")


@dataclass(frozen=True, slots=True)
class MisuseReviewOpened(AuditDetails):
    """As SubjectWarned."""

    ACTION = AuditAction.MISUSE_REVIEW_OPENED
    review_id: str
    strikes: int
    uploads: int | None = field(default=None, metadata=OMIT_DEFAULT, kw_only=True)
    reports: int | None = field(default=None, metadata=OMIT_DEFAULT, kw_only=True)


@dataclass(frozen=True, slots=True)
class MisuseReviewClosed(AuditDetails):
    ACTION = AuditAction.MISUSE_REVIEW_CLOSED
    review_id: str


@dataclass(frozen=True, slots=True)
class MisuseDecided(AuditDetails):
    """shown: how many of the strikes show what. days: the length of a suspension."""

    ACTION = AuditAction.MISUSE_DECIDED
    review_id: str
    outcome: MisuseOutcome
    intention: Intention
    strikes: int
    uploads: int | None = field(default=None, metadata=OMIT_DEFAULT, kw_only=True)
    reports: int | None = field(default=None, metadata=OMIT_DEFAULT, kw_only=True)
    shown: Mapping[ShownContent, int]
    days: int | None


@dataclass(frozen=True, slots=True)
class SuspensionEnded(AuditDetails):
    ACTION = AuditAction.SUSPENSION_ENDED
    review_id: str
    end_reason: EndReason = field(metadata=keyed("ending"))
    still_blocked: bool | None = field(default=None, metadata=OMIT_DEFAULT, kw_only=True)

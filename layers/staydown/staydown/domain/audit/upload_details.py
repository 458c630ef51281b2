"""What the audit of an upload, or of an entry of the bank, says."""

from __future__ import annotations

from dataclasses import dataclass, field

from staydown.domain.audit.actions import AuditAction
from staydown.domain.audit.details import AuditDetails, MatchDetails
from staydown.domain.bank.entry import Standing
from staydown.domain.plain_values import OMIT_DEFAULT, UNPUBLISHED, keyed
from staydown.domain.uploads.upload import UploadState


@dataclass(frozen=True, slots=True)
class UploadMatched(AuditDetails):
    """A match stopped the upload without human review."""

    state: UploadState = field(metadata=UNPUBLISHED)
    matches: tuple[MatchDetails, ...]

    @property
    def action(self) -> AuditAction:
        return AuditAction(f"upload.{self.state.value}")


@dataclass(frozen=True, slots=True)
class UploadSettled(AuditDetails):
    """A scan published or rejected an upload that a case or an earlier record refers to."""

    state: UploadState = field(metadata=UNPUBLISHED)
    reason: str | None

    @property
    def action(self) -> AuditAction:
        return AuditAction(f"upload.{self.state.value}")


@dataclass(frozen=True, slots=True)
class UploadReleased(AuditDetails):
    """Stops were removed from the upload, or matches of it were dismissed."""

    causes: tuple[str, ...] = field(metadata=keyed("of"))
    state: UploadState

    @property
    def action(self) -> AuditAction:
        return AuditAction.STOPS_REMOVED if self.causes else AuditAction.MATCHES_DISMISSED


@dataclass(frozen=True, slots=True)
class UploadHidden(AuditDetails):
    ACTION = AuditAction.UPLOAD_HIDDEN
    case_id: str
    state: UploadState


@dataclass(frozen=True, slots=True)
class ImageErased(AuditDetails):
    ACTION = AuditAction.IMAGE_ERASED
    why: str


@dataclass(frozen=True, slots=True)
class EntryOverridden(AuditDetails):
    of: AuditAction = field(metadata=UNPUBLISHED)
    reason: str
    standing: Standing

    @property
    def action(self) -> AuditAction:
        return self.of


@dataclass(frozen=True, slots=True)
class UploadErased(AuditDetails):
    """reason: of a rejected upload. records, digest: the end of the erased chain of any other."""

    ACTION = AuditAction.UPLOAD_ERASED
    reason: str | None = field(default=None, metadata=OMIT_DEFAULT, kw_only=True)
    records: int | None = field(default=None, metadata=OMIT_DEFAULT, kw_only=True)
    digest: str | None = field(default=None, metadata=OMIT_DEFAULT, kw_only=True)

"""Notices to reporters and account holders about reports, decisions and appeals.

A notice is written once, from the event of the change, and never changed. A notice to an account holder never
identifies a reporter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class NoticeKind(StrEnum):
    RECEIPT = "receipt"
    """To the reporter: the report was received, what is missing, and when it will be decided (US8, EU2)."""
    INFORMATION_NEEDED = "information_needed"
    """To the reporter: a reviewer needs more information."""
    DECISION = "decision"
    """To the reporter: the outcome, whether it was automated, and the means of redress (EU2, EU4)."""
    DECISION_REVERSED = "decision_reversed"
    """To the reporter: an appeal reversed the decision."""
    STATEMENT_OF_REASONS = "statement_of_reasons"
    """To the account holder: the restriction, its reasons, and the means of redress (EU3)."""
    WARNING = "warning"
    """To the account holder: a warning about strikes, and what can follow (EU6)."""
    BLOCK_LIFTED = "block_lifted"
    """To the account holder: one block of the account has ended."""
    REPORTS_WARNED = "reports_warned"
    """To the reporter: a misuse review ended with a warning (EU6)."""
    REPORTS_SUSPENDED = "reports_suspended"
    """To the reporter: a misuse review ended with a suspension, which defers their reports (EU6)."""
    REPORTS_RESUMED = "reports_resumed"
    """To the reporter: the suspension has ended."""
    APPEAL_RECEIPT = "appeal_receipt"
    """To the appellant: the appeal was received."""
    APPEAL_OUTCOME = "appeal_outcome"
    """To the appellant: the appeal was granted or denied."""


class RecipientParty(StrEnum):
    REPORTER = "reporter"
    ACCOUNT_HOLDER = "account_holder"


@dataclass(frozen=True, slots=True)
class Recipient:
    """The recipient of a notice."""

    party: RecipientParty
    """Reporter or account holder."""
    name: str
    """A case number, or `{platform}#{account_id}`."""

    @classmethod
    def reporter(cls, case_number: str) -> Recipient:
        return cls(RecipientParty.REPORTER, case_number)

    @classmethod
    def account_holder(cls, platform: str, account_id: str) -> Recipient:
        return cls(RecipientParty.ACCOUNT_HOLDER, f"{platform}#{account_id}")

    @property
    def account(self) -> tuple[str, str]:
        """The platform and the account id of an account holder."""
        platform, _, account_id = self.name.partition("#")
        return platform, account_id


NoticeValues = Mapping[str, str | tuple[str, ...]]
"""The facts of a notice by name. Times are in ISO 8601; a tuple holds codes or ids."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice to one recipient."""

    notice_id: str
    """The id of its event: an event makes one notice for each recipient."""
    recipient: Recipient
    """Who reads the notice."""
    kind: NoticeKind
    """What the notice is about."""
    at: datetime
    """The time of its event."""
    case_id: str | None
    """The case it is about; None: it is not about a case."""
    language: str
    """The BCP 47 tag of the catalogue that it was written from."""
    values: NoticeValues
    """The facts as data."""
    title: str
    """The title as the recipient reads it."""
    paragraphs: tuple[str, ...]
    """The text as the recipient reads it."""

    @property
    def appealable_upload_id(self) -> str | None:
        """The upload whose match can be or was appealed; None for other notices."""
        uploads = self.values.get("uploads")
        if self.case_id is not None or not isinstance(uploads, tuple) or len(uploads) != 1:
            return None
        return uploads[0] if self._appealable else None

    @property
    def appealable_block_since(self) -> datetime | None:
        """When the manual block was set that can be or was appealed; None for other notices."""
        since = self.values.get("since")
        if self.case_id is not None or "uploads" in self.values or not isinstance(since, str):
            return None
        return datetime.fromisoformat(since) if self._appealable else None

    @property
    def _appealable(self) -> bool:
        return bool({"appeal_until", "appeal_id"} & set(self.values))


@dataclass(frozen=True, slots=True)
class NoticeLink:
    """A link that opens a notice without an account, by its number and secret."""

    number: str
    """See `ids.new_link_number`."""
    secret_digest: str
    """See `ids.secret_digest`."""
    recipient: Recipient
    """The recipient of the notice."""
    notice_id: str
    """The notice that it opens."""
    expires_at: datetime
    """When the link expires."""

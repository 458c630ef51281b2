"""Notices: what a party is told of what was decided about them or for them.

A notice is written once, from the event of the change it tells of, and never changed: what somebody was told
stays what they were told. Who reported is in none that goes to an account holder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class NoticeKind(StrEnum):
    RECEIPT = "receipt"
    """To who reported: we have it, what is missing, when it will be decided (US8, EU2)."""
    INFORMATION_NEEDED = "information_needed"
    DECISION = "decision"
    """To who reported: the outcome, whether a machine took part, the ways of redress (EU2, EU4)."""
    DECISION_REVERSED = "decision_reversed"
    STATEMENT_OF_REASONS = "statement_of_reasons"
    """To the account holder: what was done, why, by whom, and what to do about it (EU3)."""
    WARNING = "warning"
    """To the account holder: that it goes on like this, and what may follow (EU6)."""
    BLOCK_LIFTED = "block_lifted"
    REPORTS_WARNED = "reports_warned"
    """To who reported, as are the two below: by a reviewer who looked at all of their reports (EU6)."""
    REPORTS_SUSPENDED = "reports_suspended"
    REPORTS_RESUMED = "reports_resumed"
    APPEAL_RECEIPT = "appeal_receipt"
    APPEAL_OUTCOME = "appeal_outcome"


class RecipientParty(StrEnum):
    REPORTER = "reporter"
    ACCOUNT_HOLDER = "account_holder"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a notice is for. name: a case number, or `{platform}#{account_id}`."""

    party: RecipientParty
    name: str

    @classmethod
    def reporter(cls, case_number: str) -> Recipient:
        return cls(RecipientParty.REPORTER, case_number)

    @classmethod
    def account_holder(cls, platform: str, account_id: str) -> Recipient:
        return cls(RecipientParty.ACCOUNT_HOLDER, f"{platform}#{account_id}")

    @property
    def account(self) -> tuple[str, str]:
        """(platform, account_id) of an account holder."""
        platform, _, account_id = self.name.partition("#")
        return platform, account_id


NoticeValues = Mapping[str, str | tuple[str, ...]]
"""What a notice says, as data. Times in ISO 8601; a tuple holds codes, or ids."""


@dataclass(frozen=True, slots=True)
class Notice:
    """notice_id: of the event it follows from, so that one event makes one notice for each recipient.

    at: of that event. case_id: what it is about, where it is about a case. title, paragraphs: as the
    recipient reads it, in `language` (a BCP 47 tag of a catalogue that there is).
    """

    notice_id: str
    recipient: Recipient
    kind: NoticeKind
    at: datetime
    case_id: str | None
    language: str
    values: NoticeValues
    title: str
    paragraphs: tuple[str, ...]

    @property
    def appealable_upload_id(self) -> str | None:
        """The upload that the bank alone stopped, of a notice of that, or of an appeal of that."""
        uploads = self.values.get("uploads")
        if self.case_id is not None or not isinstance(uploads, tuple) or len(uploads) != 1:
            return None
        return uploads[0] if self._appealable else None

    @property
    def appealable_block_since(self) -> datetime | None:
        """The block by hand, of a notice of it, or of its appeal: when it was set."""
        since = self.values.get("since")
        if self.case_id is not None or "uploads" in self.values or not isinstance(since, str):
            return None
        return datetime.fromisoformat(since) if self._appealable else None

    @property
    def _appealable(self) -> bool:
        return bool({"appeal_until", "appeal_id"} & set(self.values))


@dataclass(frozen=True, slots=True)
class NoticeLink:
    """What opens a notice without an account: a number to find it by, and a secret, kept as its digest.

    until: after that it opens nothing.
    """

    number: str
    secret_digest: str
    recipient: Recipient
    notice_id: str
    expires_at: datetime

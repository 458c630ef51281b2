"""Strikes: blocked uploads and unfounded reports, the subject they count against, and the policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MAX_LISTED_STRIKES = 50
"""A warning or a review stores the references of this many strikes, the newest first."""


class MisuseSubjectKind(StrEnum):
    ACCOUNT = "account"
    """An account whose uploads are blocked."""
    REPORTER = "reporter"
    """A verified reporter whose reports are manifestly unfounded."""


@dataclass(frozen=True, slots=True)
class MisuseSubject:
    """The account or the verified reporter that strikes count against."""

    kind: MisuseSubjectKind
    """What `name` is."""
    name: str
    """`{platform}#{account_id}` of an account, or the pseudonym of a verified reporter."""

    @classmethod
    def of_account(cls, platform: str, account_id: str) -> MisuseSubject:
        return cls(MisuseSubjectKind.ACCOUNT, f"{platform}#{account_id}")

    @classmethod
    def of_reporter(cls, verified_reporter_id: str) -> MisuseSubject:
        return cls(MisuseSubjectKind.REPORTER, verified_reporter_id)

    @property
    def is_reporter(self) -> bool:
        return self.kind is MisuseSubjectKind.REPORTER

    @property
    def account(self) -> tuple[str, str]:
        """The platform and the account id of an account."""
        platform, _, account_id = self.name.partition("#")
        return platform, account_id

    @property
    def audit_chain(self) -> str:
        """The name of the subject's audit chain."""
        return f"{self.kind.value}:{self.name}"


@dataclass(frozen=True, slots=True)
class Strike:
    """An upload that was blocked before publication, or a manifestly unfounded report."""

    ref: str
    """The upload's id, or the id of the report's first case."""
    at: datetime
    """When the upload was posted or the report was filed."""


@dataclass(frozen=True, slots=True)
class StrikeHistory:
    """What a subject uploaded or reported within the policy's window."""

    strikes: tuple[Strike, ...]
    """The strikes, the newest first."""
    total: int
    """How many uploads or reports there were in all."""

    @property
    def refs(self) -> tuple[str, ...]:
        """The references of the newest strikes, at most MAX_LISTED_STRIKES."""
        return tuple(strike.ref for strike in self.strikes[:MAX_LISTED_STRIKES])


@dataclass(frozen=True, slots=True)
class StrikePolicy:
    """How many strikes lead to a warning and to a review."""

    warning_threshold: int
    """The number of strikes within the window that leads to a warning."""
    review_threshold: int
    """The number of strikes within the window that leads to a review."""
    window: timedelta
    """How long a strike counts."""
    max_suspension: timedelta
    """The longest suspension."""

    def for_subject(self, subject: MisuseSubject) -> StrikePolicy:
        """Return the policy for a subject: a reporter's dismissal notice is itself the warning."""
        return (
            StrikePolicy(1, self.review_threshold, self.window, self.max_suspension)
            if subject.is_reporter
            else self
        )

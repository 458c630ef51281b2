"""Strikes: what somebody did that was found to be wrong, whose they are, and how many bring what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MAX_LISTED_STRIKES = 50
"""Of the strikes that something rests on, the newest are kept by name."""


class MisuseSubjectKind(StrEnum):
    ACCOUNT = "account"
    """Whose uploads are stopped."""
    REPORTER = "reporter"
    """Whose reports are manifestly unfounded."""


@dataclass(frozen=True, slots=True)
class MisuseSubject:
    """Whose conduct it is. name: `{platform}#{account_id}`, or a sender's id, which says nothing of them."""

    kind: MisuseSubjectKind
    name: str

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
        """(platform, account_id) of an account."""
        platform, _, account_id = self.name.partition("#")
        return platform, account_id

    @property
    def audit_chain(self) -> str:
        """Of its audit."""
        return f"{self.kind.value}:{self.name}"


@dataclass(frozen=True, slots=True)
class Strike:
    """An upload that was stopped before anybody saw it, or a report that was manifestly unfounded. ref: the
    upload's id, or that of the report's first case. at: when it was posted, or filed."""

    ref: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StrikeHistory:
    """What somebody did within the time that counts. strikes: the newest first. total: of all they did."""

    strikes: tuple[Strike, ...]
    total: int

    @property
    def refs(self) -> tuple[str, ...]:
        return tuple(strike.ref for strike in self.strikes[:MAX_LISTED_STRIKES])


@dataclass(frozen=True, slots=True)
class StrikePolicy:
    """warning, review: at how many strikes within `window` somebody is warned, and a review is opened.
    longest: a suspension."""

    warning_threshold: int
    review_threshold: int
    window: timedelta
    max_suspension: timedelta

    def for_subject(self, subject: MisuseSubject) -> StrikePolicy:
        """The notice that says of a report that it is manifestly unfounded is a warning already."""
        return (
            StrikePolicy(1, self.review_threshold, self.window, self.max_suspension)
            if subject.is_reporter
            else self
        )

"""Strikes: what somebody did that was found to be wrong, whose they are, and how many bring what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MOST_NAMED = 50
"""Of the strikes that something rests on, the newest are kept by name."""


class SubjectKind(StrEnum):
    ACCOUNT = "account"
    """Whose uploads are stopped."""
    REPORTER = "reporter"
    """Whose reports are manifestly unfounded."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose conduct it is. name: `{platform}#{account_id}`, or a sender's id, which says nothing of them."""

    kind: SubjectKind
    name: str

    @classmethod
    def of_account(cls, platform: str, account_id: str) -> Subject:
        return cls(SubjectKind.ACCOUNT, f"{platform}#{account_id}")

    @classmethod
    def of_reporter(cls, sender_id: str) -> Subject:
        return cls(SubjectKind.REPORTER, sender_id)

    @property
    def reports(self) -> bool:
        return self.kind is SubjectKind.REPORTER

    @property
    def account(self) -> tuple[str, str]:
        """(platform, account_id) of an account."""
        platform, _, account_id = self.name.partition("#")
        return platform, account_id

    @property
    def chain(self) -> str:
        """Of its audit."""
        return f"{self.kind.value}:{self.name}"


@dataclass(frozen=True, slots=True)
class Strike:
    """An upload that was stopped before anybody saw it, or a report that was manifestly unfounded. ref: the
    upload's id, or that of the report's first case. at: when it was posted, or filed."""

    ref: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody did within the time that counts. strikes: the newest first. total: of all they did."""

    strikes: tuple[Strike, ...]
    total: int

    @property
    def refs(self) -> tuple[str, ...]:
        return tuple(strike.ref for strike in self.strikes[:MOST_NAMED])


@dataclass(frozen=True, slots=True)
class Ladder:
    """warning, review: at how many strikes within `window` somebody is warned, and a review is opened.
    longest: a suspension."""

    warning: int
    review: int
    window: timedelta
    longest: timedelta

    def of(self, subject: Subject) -> Ladder:
        """The notice that says of a report that it is manifestly unfounded is a warning already."""
        return Ladder(1, self.review, self.window, self.longest) if subject.reports else self

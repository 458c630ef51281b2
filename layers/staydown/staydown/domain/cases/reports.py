"""Reports: what somebody sends, and what makes it one that the law's clock runs for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from staydown.domain.bank.hashes import PdqHash


class RelationToSubject(StrEnum):
    """The person who reports, to the person shown."""

    SELF = "self"
    REPRESENTATIVE = "representative"


class RepresentativeRole(StrEnum):
    """By what somebody acts for the person shown."""

    PARENT_OR_GUARDIAN = "parent_or_guardian"
    LAWYER = "lawyer"
    SUPPORT_WORKER = "support_worker"
    ASKED_BY_THEM = "asked_by_them"


@dataclass(frozen=True, slots=True)
class Declarations:
    """What the law wants declared (US2, UK2, EU1)."""

    intimate: bool = False
    without_consent: bool = False
    subject_or_representative: bool = False
    good_faith: bool = False


@dataclass(frozen=True, slots=True)
class ReportedHash:
    """A hash made on the person's own device; the picture never left it."""

    pdq: PdqHash
    quality: int


@dataclass(frozen=True, slots=True)
class Report:
    """What one person sent. The person themselves (name, contact, signature) is a record apart.

    case_ids: one for each image it names. addresses: where they say it is, other than what is published here.
    authority: of who acts for somebody else. signed, contactable: whether that record has these.
    answers: to those of the operator's questions that are for reviewers, by key; they go when the reporter's
    record does. unanswered: keys of the operator's questions that have to be answered and are not.
    valid_at: when it had all that the law wants; the deadline counts from then. secret_digest: see
    ids.secret_digest.
    language: a BCP 47 tag: in what language its sender wants to be told, where there is a catalogue of it.
    sender: whose it is, where a platform vouches for the account that reports: see domain.senders.
    """

    case_number: str
    secret_digest: str
    filed_at: datetime
    relation: RelationToSubject
    declarations: Declarations
    case_ids: tuple[str, ...] = ()
    uploads: tuple[str, ...] = ()
    hashes: tuple[ReportedHash, ...] = ()
    statement: str = ""
    locations: tuple[str, ...] = ()
    authority: RepresentativeRole | None = None
    signed: bool = False
    contactable: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)
    unanswered: tuple[str, ...] = ()
    valid_at: datetime | None = None
    withdrawn_at: datetime | None = None
    language: str | None = None
    verified_reporter_id: str | None = None
    version: int = 0

    @property
    def missing(self) -> tuple[str, ...]:
        """JSON pointers to what is still needed, in the order of the form. What the operator asks besides is
        asked for as well; it holds nothing up."""
        return (*self.missing_for_validity, *(f"/answers/{key}" for key in self.unanswered))

    @property
    def missing_for_validity(self) -> tuple[str, ...]:
        """Those without which the clock does not run."""
        needed = {
            "/uploads": bool(self.uploads or self.hashes),
            "/declarations/intimate": self.declarations.intimate,
            "/declarations/without_consent": self.declarations.without_consent,
            "/declarations/subject_or_representative": self.declarations.subject_or_representative,
            "/declarations/good_faith": self.declarations.good_faith,
            "/signature": self.signed,
            "/contact": self.contactable,
        }
        return tuple(pointer for pointer, there in needed.items() if not there)


def count_distinct_reporters(reports: Iterable[Report]) -> int:
    """How many people these reports are of, as far as can be told. One that was taken back is nobody's."""
    return len(
        {
            report.verified_reporter_id or report.case_number
            for report in reports
            if report.withdrawn_at is None
        }
    )


class EmailPreference(StrEnum):
    """The content of e-mails to the reporter: other people may read them."""

    NONE = "none"
    """No e-mail at all."""
    NOTIFICATION_ONLY = "news"
    """That there is a new notice, without its content."""
    FULL = "full"
    """The whole notice; the subject line is the same."""


class UnreachableReason(StrEnum):
    """Why nothing more is sent to an address."""

    REFUSED = "refused"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reported: kept in a table and under a key of its own; no reviewer's function can read it.

    mail: what may be sent to the address. unreachable: why nothing is sent there any more. recovery: see
    ids.phrase_digest; empty where no way back to a lost secret was chosen. answers: to the operator's
    questions that are not for reviewers, by key.
    """

    case_number: str
    name: str
    email: str
    signature: str
    email_preference: EmailPreference = EmailPreference.NOTIFICATION_ONLY
    unreachable: UnreachableReason | None = None
    recovery_phrase_digest: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    version: int = 0

"""Reports, and what makes a report valid: the statutory deadline counts from then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from staydown.domain.bank.hashes import PdqHash


class RelationToSubject(StrEnum):
    """The reporter's relation to the person shown."""

    SELF = "self"
    REPRESENTATIVE = "representative"


class RepresentativeRole(StrEnum):
    """What entitles a representative to act for the person shown."""

    PARENT_OR_GUARDIAN = "parent_or_guardian"
    LAWYER = "lawyer"
    SUPPORT_WORKER = "support_worker"
    ASKED_BY_THEM = "asked_by_them"


@dataclass(frozen=True, slots=True)
class Declarations:
    """The declarations that the law requires (US2, UK2, EU1)."""

    intimate: bool = False
    """It is an intimate image."""
    without_consent: bool = False
    """It is shown without the consent of the person shown."""
    subject_or_representative: bool = False
    """The reporter is the person shown or acts for them."""
    good_faith: bool = False
    """The report is made in good faith."""


@dataclass(frozen=True, slots=True)
class ReportedHash:
    """A hash that the reporter's device computed; the image never left the device."""

    pdq: PdqHash
    """The PDQ hash."""
    quality: int
    """PDQ quality, 0 to 100."""


@dataclass(frozen=True, slots=True)
class Report:
    """One person's report.

    Their personal data (name, contact, signature) is in a separate record, `Reporter`.
    """

    case_number: str
    """SD-XXXX-XXXX: the reporter opens the report with it and the secret."""
    secret_digest: str
    """See `ids.secret_digest`."""
    filed_at: datetime
    """When the report was filed."""
    relation: RelationToSubject
    """The reporter's relation to the person shown."""
    declarations: Declarations
    """The declarations made so far."""
    case_ids: tuple[str, ...] = ()
    """The cases of the report: one for each reported image."""
    uploads: tuple[str, ...] = ()
    """Ids of the reported uploads."""
    hashes: tuple[ReportedHash, ...] = ()
    """Hashes of reported images, for a report without uploads."""
    statement: str = ""
    """The reporter's own words."""
    locations: tuple[str, ...] = ()
    """Where else the reporter has seen the image."""
    authority: RepresentativeRole | None = None
    """What entitles a representative; None: not stated, or not a representative."""
    signed: bool = False
    """Whether the `Reporter` record has a signature."""
    contactable: bool = False
    """Whether the `Reporter` record has an e-mail address."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """Answers to the operator's questions for reviewers, by key; erased with the `Reporter` record."""
    unanswered: tuple[str, ...] = ()
    """Keys of the operator's required questions that have no answer yet."""
    valid_at: datetime | None = None
    """When the report became valid; the deadline counts from then. None: something is missing."""
    withdrawn_at: datetime | None = None
    """When the reporter withdrew the report; None: it stands."""
    language: str | None = None
    """BCP 47 tag for notices, if there is a catalogue of it; None: not known."""
    verified_reporter_id: str | None = None
    """The verified reporter's pseudonym; None: no platform confirms the reporter's account."""
    version: int = 0
    """Incremented by each write."""

    @property
    def missing(self) -> tuple[str, ...]:
        """JSON pointers to missing fields and answers, in the order of the form.

        A missing answer to an operator's question does not delay the report.
        """
        return (*self.missing_for_validity, *(f"/answers/{key}" for key in self.unanswered))

    @property
    def missing_for_validity(self) -> tuple[str, ...]:
        """JSON pointers to the fields without which the report is not valid."""
        needed = {
            "/uploads": bool(self.uploads or self.hashes),
            "/declarations/intimate": self.declarations.intimate,
            "/declarations/without_consent": self.declarations.without_consent,
            "/declarations/subject_or_representative": self.declarations.subject_or_representative,
            "/declarations/good_faith": self.declarations.good_faith,
            "/signature": self.signed,
            "/contact": self.contactable,
        }
        return tuple(pointer for pointer, present in needed.items() if not present)


def count_distinct_reporters(reports: Iterable[Report]) -> int:
    """Return how many distinct reporters these reports have, without withdrawn reports.

    Reports without a verified reporter count as one reporter each.
    """
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
    """Why e-mail is no longer sent to an address."""

    REFUSED = "refused"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


@dataclass(frozen=True, slots=True)
class Reporter:
    """The personal data of a reporter.

    Stored in a separate table under a separate key, which no reviewer's function can read.
    """

    case_number: str
    """The case number of the report."""
    name: str
    """The name as given; may be empty."""
    email: str
    """The e-mail address; may be empty."""
    signature: str
    """The full name, typed as a signature; may be empty."""
    email_preference: EmailPreference = EmailPreference.NOTIFICATION_ONLY
    """What e-mails to the reporter may contain."""
    unreachable: UnreachableReason | None = None
    """Why e-mail is no longer sent to the address; None: e-mail is sent."""
    recovery_phrase_digest: str = ""
    """See `ids.phrase_digest`; empty: no recovery phrase was set."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """Answers to the operator's questions that are not for reviewers, by key."""
    version: int = 0
    """Incremented by each write."""

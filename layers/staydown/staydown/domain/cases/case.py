"""Cases: the reports and uploads of one image, and what reviewers decide about it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from staydown.domain.audit.chain import ChainHead
from staydown.domain.bank.entry import Support, SupportSource
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.cases.deadlines import removal_deadline
from staydown.domain.cases.decisions import Decision, DecisionOutcome
from staydown.domain.cases.deferral import Deferral
from staydown.domain.cases.legal_hold import LegalHold
from staydown.domain.cases.notes import Note
from staydown.domain.cases.second_opinions import Claim, SecondOpinion, SecondOpinionCause
from staydown.domain.cases.states import TRANSITIONS, CaseState, Step
from staydown.domain.errors import (
    AlreadyDecided,
    CaseIsLocked,
    ClaimedByAnother,
    Conflict,
    ConflictOfInterest,
    SameReviewer,
)
from staydown.domain.ids import derived_entry_id

MAX_CASE_UPLOADS = 10
MAX_CASE_ENTRIES = 10
"""A decision or its reversal writes all uploads and entries of the case in one DynamoDB transaction, which
takes at most 100 writes. With these limits the largest has 97, or 98 for a case under legal hold."""
MAX_CASE_REPORTS = 50
"""Further reports open another case. The reporters of a case are erased in one transaction of 100 writes. An
evidence bundle holds up to 70 KB of JSON for each report, and a Lambda response at most 6 MB."""


class CaseOrigin(StrEnum):
    REPORT = "report"
    MATCH = "match"


@dataclass(frozen=True, slots=True)
class Case:
    """The reports and uploads of one image, up to their decision, appeals and erasure."""

    case_id: str
    """A UUIDv7: cases sort by age."""
    state: CaseState
    """Changed by the steps of `TRANSITIONS` only."""
    origin: CaseOrigin
    """What opened the case."""
    opened_at: datetime
    """When the case was opened."""
    deadline: datetime | None
    """When the case must be decided; None while no report of it is valid."""
    grouping_hash: PdqHash | None = None
    """The hash by which reports of copies join the case while it is undecided; None: the image has none."""
    uploads: tuple[str, ...] = ()
    """Upload ids, at most MAX_CASE_UPLOADS."""
    entries: tuple[str, ...] = ()
    """Ids of the unverified or nearly matched entries that the case is about, at most MAX_CASE_ENTRIES."""
    banked_entries: tuple[str, ...] = ()
    """Ids of the entries that its decision supports."""
    blocked_accounts: tuple[tuple[str, str], ...] = ()
    """Platform and account id of each account that its decision blocks."""
    reports: tuple[str, ...] = ()
    """Case numbers of its reports in order of arrival, at most MAX_CASE_REPORTS."""
    pending_appeals: tuple[str, ...] = ()
    """Ids of the undecided appeals, the oldest first; one for each party."""
    participants: frozenset[str] = frozenset()
    """Reviewers who claimed or decided the case. None of them may decide its appeal."""
    recused: frozenset[str] = frozenset()
    """Reviewers who declared a conflict of interest."""
    claim: Claim | None = None
    """The lease of the reviewer who works on the case; None: nobody does."""
    decision: Decision | None = None
    """The decision in force; None before the first."""
    past_decisions: tuple[Decision, ...] = ()
    """Decisions that an appeal overturned, the oldest first."""
    rejected_report_supports: tuple[tuple[str, str], ...] = ()
    """Entry id and reference of each report support that its decision removed from the bank."""
    second_opinion: SecondOpinion | None = None
    """The second opinion, requested or given; None: not requested."""
    deferral: Deferral | None = None
    """Set while all its reports come from a suspended reporter and nobody has claimed it."""
    sampling_number: int = field(default_factory=lambda: secrets.randbelow(100))
    """0 to 99, drawn once: selects the cases that get a second opinion. Reviewers never see it."""
    deadline_warned_at: datetime | None = None
    """When the deadline warning was sent."""
    overdue_at: datetime | None = None
    """When the case was reported as overdue."""
    hidden_uploads: tuple[str, ...] = ()
    """Ids of the uploads that its deadline has hidden."""
    closed_at: datetime | None = None
    """When the case first left the undecided states."""
    legal_hold: LegalHold | None = None
    """While set, nothing of the case is erased."""
    erasure_proposed_at: datetime | None = None
    """When one of several reporters asked to erase the images."""
    erasure_requested_at: datetime | None = None
    """When the immediate erasure of the images was requested."""
    erasure_done: bool = False
    """Whether the requested erasure is complete."""
    notes: tuple[Note, ...] = ()
    """Notes of reviewers, the oldest first, at most MAX_NOTES."""
    reporters_erased: bool = False
    """Whether the personal data of the reporters is erased."""
    erasing: bool = False
    """Whether the retention period is over and the case is being erased."""
    split_from: str | None = None
    """The case that this one was split from; None for other cases."""
    revision: int = 1
    """Incremented by each change that a reviewer must know before acting: the ETag."""
    version: int = 0
    """Incremented by each write."""
    audit: ChainHead = field(default_factory=ChainHead)
    """The head of the audit chain."""

    @property
    def oldest_pending_appeal(self) -> str | None:
        """The id of the appeal that has been pending longest."""
        return self.pending_appeals[0] if self.pending_appeals else None

    @property
    def erasure_needs_approval(self) -> bool:
        """Whether a reviewer must approve the erasure that one of several reporters proposed."""
        proposed = self.erasure_proposed_at is not None and self.erasure_requested_at is None
        return proposed and self.state is CaseState.DECIDED and not self.reporters_erased

    @property
    def undecided(self) -> bool:
        return self.state in {CaseState.OPEN, CaseState.NEEDS_INFORMATION}

    @property
    def retention_starts_at(self) -> datetime | None:
        """When the retention periods start; None while the case is undecided."""
        if self.undecided:
            return None
        decided = self.decision.at if self.decision is not None else None
        return max((at for at in (self.closed_at, decided) if at is not None), default=None)

    @property
    def reference_entry_id(self) -> str | None:
        """The id that the entry of its image has or would have; None: the image has no grouping hash."""
        return derived_entry_id("pdq", self.grouping_hash.data) if self.grouping_hash is not None else None

    @property
    def uploads_to_hide(self) -> tuple[str, ...]:
        """Ids of the uploads that its deadline has not hidden yet."""
        return tuple(one for one in self.uploads if one not in self.hidden_uploads)

    def advanced(self, step: Step) -> Case:
        """Return the case after a step.

        Raise CaseIsLocked, AlreadyDecided or Conflict if `TRANSITIONS` does not have the step.
        """
        following = TRANSITIONS.get((self.state, step))
        if following is not None:
            return replace(self, state=following, revision=self.revision + 1)
        if self.state is CaseState.LOCKED:
            raise CaseIsLocked("The case is locked to a restricted group. Nobody else can act on it.")
        if step in {
            Step.DECIDE,
            Step.REQUEST_INFORMATION,
            Step.LOCK,
            Step.WITHDRAW,
            Step.PROVIDE_INFORMATION,
        }:
            raise AlreadyDecided(
                f"The case is {self.state.value}. Read it again.", extra={"state": self.state.value}
            )
        raise Conflict(
            f"A case that is {self.state.value} cannot be reversed.", extra={"state": self.state.value}
        )

    def require_undecided(self) -> None:
        """Raise CaseIsLocked or AlreadyDecided unless the case is undecided."""
        if self.state is CaseState.LOCKED:
            raise CaseIsLocked("The case is locked to a restricted group.")
        if not self.undecided:
            raise AlreadyDecided(f"The case is {self.state.value}.", extra={"state": self.state.value})

    def require_not_recused(self, reviewer: str) -> None:
        """Raise ConflictOfInterest if the reviewer has declared one."""
        if reviewer in self.recused:
            raise ConflictOfInterest(
                "You declared a conflict of interest in this case. Another reviewer must act on it."
            )

    def with_recusal(self, reviewer: str) -> Case:
        """Return the case with the reviewer recused; a claim of theirs ends."""
        return replace(self.unclaimed(reviewer), recused=self.recused | {reviewer})

    def claimed(self, reviewer: str, *, now: datetime, expires_at: datetime) -> Case:
        """Return the case leased to the reviewer.

        Raise ClaimedByAnother while another reviewer's lease is valid.
        """
        self.require_not_recused(reviewer)
        self.require_undecided()
        if self.claim is not None and self.claim.reviewer != reviewer and self.claim.expires_at > now:
            raise ClaimedByAnother(
                f"Another reviewer has this case until {self.claim.expires_at:%Y-%m-%d %H:%M:%S} UTC.",
                extra={"until": self.claim.expires_at.isoformat()},
            )
        claim, participants = Claim(reviewer, expires_at), self.participants | {reviewer}
        return replace(self, claim=claim, participants=participants, deferral=None)

    def unclaimed(self, reviewer: str) -> Case:
        """Return the case without a claim of this reviewer, who stays a participant."""
        mine = self.claim is not None and self.claim.reviewer == reviewer
        return replace(self, claim=None) if mine else self

    def decided(self, decision: Decision) -> Case:
        case = self.advanced(decision.outcome.step)
        return replace(
            case, decision=decision, claim=None, participants=self.participants | {decision.reviewer}
        )

    def with_appeal(self, appeal_id: str) -> Case:
        """Return the case with a pending appeal, which replaces a pending second opinion."""
        opinion = None if self.second_opinion_pending else self.second_opinion
        return replace(
            self,
            pending_appeals=(*self.pending_appeals, appeal_id),
            second_opinion=opinion,
            revision=self.revision + 1,
        )

    def with_match_appeal(self, appeal_id: str) -> Case:
        """Return the case with a pending appeal of a match with its entries; a second opinion stays."""
        return replace(self, pending_appeals=(*self.pending_appeals, appeal_id), revision=self.revision + 1)

    @property
    def second_opinion_pending(self) -> bool:
        return self.second_opinion is not None and self.second_opinion.is_pending

    def with_second_opinion_requested(
        self, cause: SecondOpinionCause | None, *, sample_percent: int = 0
    ) -> Case:
        """Return the case with a second opinion requested, for a cause or because it is in the sample.

        sample_percent: the share of decided cases that get a second opinion, 0 to 100.
        """
        if self.state is not CaseState.DECIDED or self.second_opinion is not None:
            return self
        if cause is None and self.sampling_number >= sample_percent:
            return self
        return replace(self, second_opinion=SecondOpinion(cause or SecondOpinionCause.SAMPLE))

    def with_second_opinion_claimed(self, reviewer: str, *, now: datetime, expires_at: datetime) -> Case:
        """Return the case with the second opinion leased to the reviewer, who becomes a participant.

        Raise SameReviewer for a participant, and ClaimedByAnother while another lease is valid.
        """
        self.require_not_recused(reviewer)
        opinion = self.require_pending_second_opinion()
        claim = opinion.claim
        mine = claim is not None and claim.reviewer == reviewer
        if reviewer in self.participants and not mine:
            raise SameReviewer(
                "You claimed or decided this case. A different reviewer must give the second opinion."
            )
        if claim is not None and not mine and claim.expires_at > now:
            raise ClaimedByAnother("Another reviewer is giving this second opinion.")
        opinion = replace(opinion, claim=Claim(reviewer, expires_at))
        return replace(self, second_opinion=opinion, participants=self.participants | {reviewer})

    def has_claimed_second_opinion(self, reviewer: str) -> bool:
        """Whether the reviewer has claimed the second opinion."""
        claim = self.second_opinion.claim if self.second_opinion is not None else None
        return claim is not None and claim.reviewer == reviewer

    def require_pending_second_opinion(self) -> SecondOpinion:
        if self.second_opinion is None or not self.second_opinion.is_pending:
            raise Conflict("This case has no pending second opinion.", extra={"state": self.state.value})
        return self.second_opinion

    def with_second_opinion(self, decision: Decision) -> Case:
        """Return the case with the second opinion. Raise Conflict unless its reviewer has claimed it."""
        opinion = self.require_pending_second_opinion()
        if opinion.claim is None or opinion.claim.reviewer != decision.reviewer:
            raise Conflict("Claim the second opinion first.")
        return replace(
            self, second_opinion=replace(opinion, decision=decision, claim=None), revision=self.revision + 1
        )

    @property
    def second_opinion_agrees(self) -> bool | None:
        """Whether both outcomes are the same; None while one is missing."""
        if self.decision is None or self.second_opinion is None or self.second_opinion.decision is None:
            return None
        return self.second_opinion.decision.outcome is self.decision.outcome

    def overturned(self, decision: Decision) -> Case:
        """Return the case with this decision in place of the appealed dismissal."""
        locks = decision.outcome is DecisionOutcome.SUSPECTED_CHILD
        case = self.advanced(Step.OVERTURN_AND_LOCK if locks else Step.OVERTURN)
        past = self.past_decisions if self.decision is None else (*self.past_decisions, self.decision)
        return replace(
            case,
            decision=decision,
            past_decisions=past,
            rejected_report_supports=(),
            participants=self.participants | {decision.reviewer},
        )

    def with_decision(self, decision: Decision) -> Case:
        return replace(self, decision=decision)

    def with_enforcement(self, enforced: Case) -> Case:
        """Return the case with the entries and accounts that enforcing its decision added."""
        return replace(
            self, banked_entries=enforced.banked_entries, blocked_accounts=enforced.blocked_accounts
        )

    @property
    def support(self) -> Support:
        """The support that its decision gives to entries of the bank."""
        return Support(SupportSource.CASE, self.case_id)

    @property
    def is_dismissal(self) -> bool:
        """Whether the decision in force is that the image is not violating."""
        decision = self.decision
        decided = self.state is CaseState.DECIDED and decision is not None
        return decided and decision is not None and not decision.outcome.is_violation

    @property
    def accepts_reports(self) -> bool:
        return self.undecided and len(self.reports) < MAX_CASE_REPORTS

    def with_deadline_from(self, valid_at: datetime | None, time_limit: timedelta) -> Case:
        """Return the case with the deadline of a report that became valid then, if that is earlier.

        valid_at: None for a report that is not valid. time_limit: for the removal.
        """
        if valid_at is None:
            return self
        deadline = removal_deadline(valid_at, time_limit)
        return replace(self, deadline=deadline if self.deadline is None else min(self.deadline, deadline))

    def with_upload(self, upload_id: str) -> Case:
        if upload_id in self.uploads:
            return self
        return replace(self, uploads=(*self.uploads, upload_id), revision=self.revision + 1)

    def without_upload(self, upload_id: str) -> Case:
        remaining = tuple(one for one in self.uploads if one != upload_id)
        return replace(self, uploads=remaining, revision=self.revision + 1)

    def with_entries(self, entry_ids: tuple[str, ...]) -> Case:
        """Return the case with these entries added, up to MAX_CASE_ENTRIES."""
        new = tuple(e for e in entry_ids if e not in self.entries)
        return replace(self, entries=(self.entries + new)[:MAX_CASE_ENTRIES])

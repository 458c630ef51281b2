"""Cases: what reviewers work on."""

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
"""A decision, and its reversal, acts on all uploads and entries of its case in one transaction, and DynamoDB
takes 100 writes in one: with so many of each, the larger of the two is 97, of a case that is held 98."""
MAX_CASE_REPORTS = 50
"""Further ones open a further case. Who sent them is erased in one transaction of 100 writes; a bundle for a
court holds what each of them wrote, 70 KB as JSON at worst, and a function answers 6 MB."""


class CaseOrigin(StrEnum):
    REPORT = "report"
    MATCH = "match"


@dataclass(frozen=True, slots=True)
class Case:
    """All the reports and uploads of one image.

    image: the hash of the picture that it was opened for, by which reports of copies are brought to it; while
    it is undecided, and where there is one (see `Fingerprint.known_by`).
    reports: at most MAX_REPORTS case numbers, in the order they came. uploads: at most MAX_UPLOADS ids.
    entries: at most MAX_ENTRIES ids of unverified or nearly matched entries it is about.
    banked: entries that rest on its decision. blocked: (platform, account_id) its decision blocked.
    refused: (entry id, reference) of the reports' claims that its decision took from the bank. former:
    decisions that were taken back.
    involved: reviewers who claimed or decided it; none of them decides its appeal. conflicted: who declared
    a conflict of interest. draw: 0 to 99, drawn when the case was made: whether its decision is of the share
    that is judged twice; no reviewer is told it, and trying again changes nothing. set_aside: while only
    somebody whose reports are suspended stands behind it, and nobody has claimed it. appeals: ids of those
    that wait to be decided, one for each who asked. deadline: when it must be decided; None while no report
    of it is valid. warned_at, overdue_at: when it was told of that the deadline is near, and that it is over.
    hidden: uploads that were hidden then. closed_at: when it was first not undecided any more. hold: why
    nothing of it may be erased. erasure_wished_at: when one of several who reported it wanted its images
    erased. erasure_asked_at, erasure_done: they were to be erased at once, and are. notes: what reviewers
    left for each other. reporters_erased: who reported it is no more. erasing: its time is over, and it is
    going. separated_from: the case that its pictures were taken out of. revision: bumped when something
    changes that a reviewer would want to know before acting (the ETag). version: bumped at each write.
    """

    case_id: str
    state: CaseState
    origin: CaseOrigin
    opened_at: datetime
    deadline: datetime | None
    grouping_hash: PdqHash | None = None
    uploads: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    banked_entries: tuple[str, ...] = ()
    blocked_accounts: tuple[tuple[str, str], ...] = ()
    reports: tuple[str, ...] = ()
    pending_appeals: tuple[str, ...] = ()
    participants: frozenset[str] = frozenset()
    recused: frozenset[str] = frozenset()
    claim: Claim | None = None
    decision: Decision | None = None
    past_decisions: tuple[Decision, ...] = ()
    rejected_report_supports: tuple[tuple[str, str], ...] = ()
    second_opinion: SecondOpinion | None = None
    deferral: Deferral | None = None
    sampling_number: int = field(default_factory=lambda: secrets.randbelow(100))
    deadline_warned_at: datetime | None = None
    overdue_at: datetime | None = None
    hidden_uploads: tuple[str, ...] = ()
    closed_at: datetime | None = None
    legal_hold: LegalHold | None = None
    erasure_proposed_at: datetime | None = None
    erasure_requested_at: datetime | None = None
    erasure_done: bool = False
    notes: tuple[Note, ...] = ()
    reporters_erased: bool = False
    erasing: bool = False
    split_from: str | None = None
    revision: int = 1
    version: int = 0
    audit: ChainHead = field(default_factory=ChainHead)

    @property
    def oldest_pending_appeal(self) -> str | None:
        """The appeal of it that waits longest."""
        return self.pending_appeals[0] if self.pending_appeals else None

    @property
    def erasure_needs_approval(self) -> bool:
        """Whether somebody has to say if its images are to be erased, as one of several wishes."""
        wished = self.erasure_proposed_at is not None and self.erasure_requested_at is None
        return wished and self.state is CaseState.DECIDED and not self.reporters_erased

    @property
    def undecided(self) -> bool:
        return self.state in {CaseState.OPEN, CaseState.NEEDS_INFORMATION}

    @property
    def retention_starts_at(self) -> datetime | None:
        """From when the times count for which it is kept; None while it is undecided."""
        if self.undecided:
            return None
        decided = self.decision.at if self.decision is not None else None
        return max((at for at in (self.closed_at, decided) if at is not None), default=None)

    @property
    def reference_entry_id(self) -> str | None:
        """Of the entry that its image is, or would be."""
        return derived_entry_id("pdq", self.grouping_hash.data) if self.grouping_hash is not None else None

    @property
    def uploads_to_hide(self) -> tuple[str, ...]:
        """Uploads that its deadline has not hidden yet."""
        return tuple(one for one in self.uploads if one not in self.hidden_uploads)

    def advanced(self, step: Step) -> Case:
        """The case one step on; a step that the table does not know is a precise refusal."""
        following = TRANSITIONS.get((self.state, step))
        if following is not None:
            return replace(self, state=following, revision=self.revision + 1)
        if self.state is CaseState.LOCKED:
            raise CaseIsLocked("The case is locked to a restricted group; nobody else may act on it.")
        if step in {
            Step.DECIDE,
            Step.REQUEST_INFORMATION,
            Step.LOCK,
            Step.WITHDRAW,
            Step.PROVIDE_INFORMATION,
        }:
            raise AlreadyDecided(
                f"The case is {self.state.value}; read it again.", extra={"state": self.state.value}
            )
        raise Conflict(
            f"A case that is {self.state.value} can't be taken back.", extra={"state": self.state.value}
        )

    def require_undecided(self) -> None:
        if self.state is CaseState.LOCKED:
            raise CaseIsLocked("The case is locked to a restricted group.")
        if not self.undecided:
            raise AlreadyDecided(f"The case is {self.state.value}.", extra={"state": self.state.value})

    def require_not_recused(self, reviewer: str) -> None:
        """Raise ConflictOfInterest for who has declared one: they have no part in the case any more."""
        if reviewer in self.recused:
            raise ConflictOfInterest("You declared a conflict of interest in this case; it is for others.")

    def with_recusal(self, reviewer: str) -> Case:
        """Never theirs from now on; a claim of theirs ends."""
        return replace(self.unclaimed(reviewer), recused=self.recused | {reviewer})

    def claimed(self, reviewer: str, *, now: datetime, expires_at: datetime) -> Case:
        """For this reviewer until then; refused while somebody else's lease runs."""
        self.require_not_recused(reviewer)
        self.require_undecided()
        if self.claim is not None and self.claim.reviewer != reviewer and self.claim.expires_at > now:
            raise ClaimedByAnother(
                f"Another reviewer has this case until {self.claim.expires_at:%Y-%m-%d %H:%M:%S} UTC.",
                extra={"until": self.claim.expires_at.isoformat()},
            )
        claim, involved = Claim(reviewer, expires_at), self.participants | {reviewer}
        return replace(self, claim=claim, participants=involved, deferral=None)

    def unclaimed(self, reviewer: str) -> Case:
        """Free for others at once, if it was claimed by this reviewer; they stay involved."""
        mine = self.claim is not None and self.claim.reviewer == reviewer
        return replace(self, claim=None) if mine else self

    def decided(self, decision: Decision) -> Case:
        case = self.advanced(decision.outcome.step)
        return replace(
            case, decision=decision, claim=None, participants=self.participants | {decision.reviewer}
        )

    def with_appeal(self, appeal_id: str) -> Case:
        """An appeal is another look already: it takes the place of a second opinion that waits."""
        opinion = None if self.second_opinion_pending else self.second_opinion
        return replace(
            self,
            pending_appeals=(*self.pending_appeals, appeal_id),
            second_opinion=opinion,
            revision=self.revision + 1,
        )

    def with_match_appeal(self, appeal_id: str) -> Case:
        """An appeal of what its entries did: no other look at its own images."""
        return replace(self, pending_appeals=(*self.pending_appeals, appeal_id), revision=self.revision + 1)

    @property
    def second_opinion_pending(self) -> bool:
        return self.second_opinion is not None and self.second_opinion.is_pending

    def with_second_opinion_requested(
        self, cause: SecondOpinionCause | None, *, sample_percent: int = 0
    ) -> Case:
        """With a second opinion asked for, if somebody asks or if it is of the share."""
        if self.state is not CaseState.DECIDED or self.second_opinion is not None:
            return self
        if cause is None and self.sampling_number >= sample_percent:
            return self
        return replace(self, second_opinion=SecondOpinion(cause or SecondOpinionCause.SAMPLE))

    def with_second_opinion_claimed(self, reviewer: str, *, now: datetime, expires_at: datetime) -> Case:
        """Leased to this reviewer, who is involved from then on; refused to who is involved already."""
        self.require_not_recused(reviewer)
        opinion, claim = (
            self.require_pending_second_opinion(),
            self.second_opinion.claim if self.second_opinion else None,
        )
        mine = claim is not None and claim.reviewer == reviewer
        if reviewer in self.participants and not mine:
            raise SameReviewer("You claimed or decided this case; a second opinion is somebody else's.")
        if claim is not None and not mine and claim.expires_at > now:
            raise ClaimedByAnother("Another reviewer is giving this second opinion.")
        opinion = replace(opinion, claim=Claim(reviewer, expires_at))
        return replace(self, second_opinion=opinion, participants=self.participants | {reviewer})

    def has_claimed_second_opinion(self, reviewer: str) -> bool:
        """Whether they have claimed the second opinion."""
        claim = self.second_opinion.claim if self.second_opinion is not None else None
        return claim is not None and claim.reviewer == reviewer

    def require_pending_second_opinion(self) -> SecondOpinion:
        if self.second_opinion is None or not self.second_opinion.is_pending:
            raise Conflict("No second opinion of this case waits.", extra={"state": self.state.value})
        return self.second_opinion

    def with_second_opinion(self, decision: Decision) -> Case:
        """Conflict for who has not claimed it."""
        opinion = self.require_pending_second_opinion()
        if opinion.claim is None or opinion.claim.reviewer != decision.reviewer:
            raise Conflict("Claim the second opinion first.")
        return replace(
            self, second_opinion=replace(opinion, decision=decision, claim=None), revision=self.revision + 1
        )

    @property
    def second_opinion_agrees(self) -> bool | None:
        """None while there is but one."""
        if self.decision is None or self.second_opinion is None or self.second_opinion.decision is None:
            return None
        return self.second_opinion.decision.outcome is self.decision.outcome

    def overturned(self, decision: Decision) -> Case:
        """With this decision in place of the refusal that was appealed."""
        locks = decision.outcome is DecisionOutcome.SUSPECTED_CHILD
        case = self.advanced(Step.OVERTURN_AND_LOCK if locks else Step.OVERTURN)
        former = self.past_decisions if self.decision is None else (*self.past_decisions, self.decision)
        involved = self.participants | {decision.reviewer}
        return replace(
            case, decision=decision, past_decisions=former, rejected_report_supports=(), participants=involved
        )

    def with_decision(self, decision: Decision) -> Case:
        return replace(self, decision=decision)

    def with_enforcement(self, enforced: Case) -> Case:
        """With what carrying out its decision led to."""
        return replace(
            self, banked_entries=enforced.banked_entries, blocked_accounts=enforced.blocked_accounts
        )

    @property
    def support(self) -> Support:
        """What entries of the bank rest on by its decision."""
        return Support(SupportSource.CASE, self.case_id)

    @property
    def is_dismissal(self) -> bool:
        """Whether its reporters were told that the image is not violating."""
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
        left = tuple(one for one in self.uploads if one != upload_id)
        return replace(self, uploads=left, revision=self.revision + 1)

    def with_entries(self, entry_ids: tuple[str, ...]) -> Case:
        """Concerned with these entries as well, as far as there is room for them."""
        new = tuple(e for e in entry_ids if e not in self.entries)
        return replace(self, entries=(self.entries + new)[:MAX_CASE_ENTRIES])

"""Misuse: who uploads again and again what was stopped, or reports what is manifestly unfounded, and what a
person may do about it (DSA Art 23).

The ladder is a warning, further strikes, and a review; only who decides that suspends anybody. A strike is
never counted: it is read from what is stopped now, so what is taken back is no strike any more, and neither a
warning nor a suspension stands that rests on nothing else.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from staydown.domain.accounts.strikes import MisuseSubject, Strike, StrikeHistory, StrikePolicy
from staydown.domain.errors import AlreadyDecided, Conflict, InvalidRequest, SameReviewer


class MisuseOutcome(StrEnum):
    SUSPEND = "suspend"
    WARN = "warn"
    NO_ACTION = "no_action"


class Intention(StrEnum):
    """What the reviewer finds of it; Art 23(3) wants it weighed."""

    DELIBERATE = "deliberate"
    CARELESS = "careless"
    NONE = "none"
    UNCLEAR = "unclear"


class EndReason(StrEnum):
    """Why a review, or the suspension that it brought, is over before anybody decided, or before its time."""

    EXPIRED = "term"
    LIFTED = "lifted"
    """By a senior reviewer."""
    UNSUPPORTED = "fell"
    """Too few of the strikes that it rests on are left."""


@dataclass(frozen=True, slots=True)
class StrikeStatus:
    """Where somebody stands on the ladder.

    warned_for: the strikes that the last warning was of. review: the one that waits. reviewed_at: when the
    last one was decided: what came before was looked at. suspension: the review that suspends them now.
    """

    warned_at: datetime | None = None
    warned_strikes: tuple[str, ...] = ()
    pending_review_id: str | None = None
    reviewed_at: datetime | None = None
    suspension_review_id: str | None = None

    def with_warning(self, history: StrikeHistory, *, now: datetime) -> StrikeStatus:
        return replace(self, warned_at=now, warned_strikes=history.refs)

    def active_warning(self, history: StrikeHistory) -> datetime | None:
        """When they were warned, if any of what they were warned of still stands and is not too long ago."""
        stands = any(strike.ref in self.warned_strikes for strike in history.strikes)
        return self.warned_at if stands else None

    def reoffended(self, history: StrikeHistory) -> bool:
        """Whether anything came after a warning that stands."""
        warned_at = self.active_warning(history)
        return warned_at is not None and any(strike.at > warned_at for strike in history.strikes)

    def needs_warning(self, history: StrikeHistory, policy: StrikePolicy) -> bool:
        return len(history.strikes) >= policy.warning_threshold and self.active_warning(history) is None

    def needs_review(self, history: StrikeHistory, policy: StrikePolicy) -> bool:
        """Only what no reviewer has looked at counts, and nobody is looked at twice at a time."""
        free = self.pending_review_id is None and self.suspension_review_id is None
        return free and len(self.unreviewed_strikes(history)) >= policy.review_threshold

    def unreviewed_strikes(self, history: StrikeHistory) -> tuple[Strike, ...]:
        since = self.reviewed_at
        return tuple(strike for strike in history.strikes if since is None or strike.at > since)

    def with_review_decided(self, review: MisuseReview, history: StrikeHistory) -> StrikeStatus:
        decision = review.decision
        if decision is None:
            return replace(self, pending_review_id=None)
        after = replace(self, pending_review_id=None, reviewed_at=decision.at)
        if decision.outcome is MisuseOutcome.WARN:
            return after.with_warning(history, now=decision.at)
        return replace(after, suspension_review_id=review.review_id) if review.is_suspension_active else after

    def without_suspension(self) -> StrikeStatus:
        return replace(self, suspension_review_id=None)


@dataclass(frozen=True, slots=True)
class MisuseDecision:
    """strikes, total: as they were seen then. until: of a suspension."""

    outcome: MisuseOutcome
    intention: Intention
    reasons: str
    reviewer: str
    at: datetime
    strikes: int
    total: int
    suspended_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class MisuseReview:
    """One look at somebody as a whole. strikes: what it rests on, at its opening, then at its decision.
    ending, ended_at: of the review, where nobody decides it any more, or of the suspension that it brought.
    lifted_by, lifted_because: of a suspension that a senior lifted."""

    review_id: str
    subject: MisuseSubject
    opened_at: datetime
    strikes: tuple[str, ...]
    warned_at: datetime | None = None
    decision: MisuseDecision | None = None
    end_reason: EndReason | None = None
    ended_at: datetime | None = None
    lifted_by: str | None = None
    lift_reasons: str = ""
    version: int = 0

    @property
    def is_pending(self) -> bool:
        return self.decision is None and self.end_reason is None

    @property
    def is_suspension_active(self) -> bool:
        """Whether it suspends somebody now."""
        decided = self.decision is not None and self.decision.outcome is MisuseOutcome.SUSPEND
        return decided and self.end_reason is None

    @property
    def closed_at(self) -> datetime | None:
        """When nothing more was to be done about it; None while something is."""
        if self.is_pending or self.is_suspension_active:
            return None
        return self.ended_at or (self.decision.at if self.decision is not None else None)

    @property
    def block_source(self) -> str:
        """Of the block that it brings."""
        return f"{MISUSE_BLOCK_PREFIX}{self.review_id}"

    def decided(self, decision: MisuseDecision, status: StrikeStatus, history: StrikeHistory) -> MisuseReview:
        """Conflict for a suspension of who was not warned, or has stopped since."""
        if not self.is_pending:
            raise AlreadyDecided("The review is over.", extra={"ended": self.end_reason})
        if decision.outcome is MisuseOutcome.SUSPEND and not status.reoffended(history):
            raise Conflict(
                "Nobody is suspended without a warning that stands, and something that came after it; "
                "decide `warn` or `no_action`.",
                extra={"warned_at": _iso_or_none(status.active_warning(history))},
            )
        return replace(
            self, decision=decision, strikes=history.refs, warned_at=status.active_warning(history)
        )

    def may_be_lifted_by(self, reviewer: str) -> bool:
        return self.is_suspension_active and self.decision is not None and self.decision.reviewer != reviewer

    def lifted(self, reviewer: str, reasons: str, *, now: datetime) -> MisuseReview:
        """By somebody who did not decide it."""
        if self.decision is not None and self.decision.reviewer == reviewer:
            raise SameReviewer("You decided it; somebody else has to lift it.")
        if not self.is_suspension_active:
            raise Conflict("Nothing of this review suspends anybody.")
        return replace(self.ended(EndReason.LIFTED, now=now), lifted_by=reviewer, lift_reasons=reasons)

    def ended(self, reason: EndReason, *, now: datetime) -> MisuseReview:
        return replace(self, end_reason=reason, ended_at=now)


MISUSE_BLOCK_PREFIX = "misuse:"
"""Begins the holder of a block that a review has brought."""


def derived_review_id(subject: MisuseSubject, strikes: Iterable[Strike]) -> str:
    """Of the review that these strikes bring: one, whoever opens it, and whenever."""
    first = min(strikes, key=lambda strike: (strike.at, strike.ref))
    return str(uuid.uuid5(_NAMESPACE, f"{subject.audit_chain}\n{first.ref}"))


def suspension_length(outcome: MisuseOutcome, days: int | None, policy: StrikePolicy) -> timedelta | None:
    """How long a suspension is; InvalidRequest where its days are missing, too many, or of nothing."""
    if outcome is not MisuseOutcome.SUSPEND:
        if days is not None:
            raise InvalidRequest("Only a suspension has a term.", pointers={"/days": "leave it out"})
        return None
    if days is None or not 1 <= days <= policy.max_suspension.days:
        raise InvalidRequest(
            "A suspension has a term.", pointers={"/days": f"1 to {policy.max_suspension.days}"}
        )
    return timedelta(days=days)


_NAMESPACE = uuid.UUID("0b6a1d3e-3c0b-5a55-9d0e-2a7c9b1f4e23")


def _iso_or_none(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
